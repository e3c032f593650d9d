/**
 * Hysteresis of one ferroelectric capacitor: turns the fields that it has seen into its polarization, by Preisach's model
 * (Mayergoyz, Phys. Rev. Lett. 56, 1518, 1986; for ferroelectrics Bartic et al., J. Appl. Phys. 89, 3420, 2001). The film
 * is regions that go up at a field a and down at -b, with a and b independent and of one distribution F, that of
 * switching.ts. Of the regions, an excursion to alpha > 0 and back to beta < 0 turns the share
 *
 *   Everett(alpha, beta) = F(alpha) F(-beta)
 *
 * over and back. What is remembered is the alternating extremes that nothing larger has wiped out, and with them
 *
 *   share up = sum over maxima M_k of Everett(M_k, m_(k-1)) - Everett(M_k, m_k),   P = Pr (2 share - 1)
 *
 * The saturated loop is P = +-Pr (2 F(+-E) - 1): remanence Pr, coercive field coerciveField. Fields are reduced: divided
 * by the median coercive field of their own duration, so that slow loops and short pulses share one history.
 */
import type { FerroelectricFilm } from '../../../target/hidden-plane.ts';
import { coerciveFieldAt, type SwitchingFilm, shareBelow } from './switching.ts';

/**
 * Reduced fields: minimum, maximum, minimum, ..., the last being where the capacitor is now. The first is -Infinity: it
 * was poled down.
 */
export type History = readonly number[];

export const poledDown: History = [Number.NEGATIVE_INFINITY];

/** The history after the field has gone to `reduced` without turning. */
export function moveTo(history: History, reduced: number): History {
  const last = history.at(-1)!;
  if (reduced === last) return history;
  const up = reduced > last;
  const atMaximum = history.length % 2 === 0;
  // Going on in the same direction moves the last extreme instead of adding one.
  const kept = up === atMaximum && history.length > 1 ? history.slice(0, -1) : [...history];
  // An extreme of the same kind that is passed is wiped out, and the one that followed it too.
  while (kept.length > 1 && (up ? reduced >= kept.at(-2)! : reduced <= kept.at(-2)!)) kept.length -= 2;
  kept.push(reduced);
  return kept;
}

/** Share of the film that an excursion from `beta` to `alpha` and back turns over (reduced fields). */
export function everett(film: SwitchingFilm, alpha: number, beta: number): number {
  return shareBelow(film, alpha) * shareBelow(film, -beta);
}

/** Share of the film that points up. */
export function shareUp(film: SwitchingFilm, history: History): number {
  let share = 0;
  for (let k = 1; k < history.length; k += 2) {
    share += everett(film, history[k]!, history[k - 1]!);
    if (k + 1 < history.length) share -= everett(film, history[k]!, history[k + 1]!);
  }
  return share;
}

/** Polarization of what switches (C/m2), -Pr to Pr. */
export function polarization(film: FerroelectricFilm, history: History): number {
  return film.remanence * (2 * shareUp(film, history) - 1);
}

/** A field (V/m) that acts for `time` (s), in units of the median coercive field of that time. */
export function reducedField(film: SwitchingFilm, field: number, time: number): number {
  return field / coerciveFieldAt(film, time);
}

/** The history after a pulse of `voltage` (V, either sign) and `time` (s), and back at zero. */
export function pulse(film: FerroelectricFilm, history: History, voltage: number, time: number): History {
  return moveTo(moveTo(history, reducedField(film, voltage / film.thickness, time)), 0);
}
