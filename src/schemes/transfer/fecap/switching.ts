/**
 * How much of a ferroelectric film a pulse switches: turns field and time into a share. Nucleation-limited switching
 * (Tagantsev et al., Phys. Rev. B 66, 214109, 2002; for hafnium oxide Alessandri et al., IEEE EDL 39, 1780, 2018): a region
 * with activation field Ea switches in Merz's time
 *
 *   t = attemptTime exp((Ea / E)^exponent)
 *
 * so that a pulse of length t switches the regions whose coercive field Ec(t) = Ea / ln(t / attemptTime)^(1 / exponent)
 * lies below its field. Activation fields are spread log-normally, by `fieldSpread`; their median is the one whose Ec at
 * `loopTime` is `coerciveField`. Regions switch as a whole, and a pulse does not add to the time of an earlier one.
 */
import { normalBelow } from '../../../math/normal.ts';
import type { FerroelectricFilm } from '../../../target/hidden-plane.ts';

/** What decides when a film switches. */
export type SwitchingFilm = Pick<
  FerroelectricFilm,
  'coerciveField' | 'loopTime' | 'fieldSpread' | 'attemptTime' | 'exponent'
>;

/** Median activation field Ea (V/m). */
export function activationField(film: SwitchingFilm): number {
  const { coerciveField, loopTime, attemptTime, exponent } = film;
  return coerciveField * Math.log(loopTime / attemptTime) ** (1 / exponent);
}

/** Median coercive field of a pulse of `time` (s), in V/m; infinite up to attemptTime, in which nothing switches. */
export function coerciveFieldAt(film: SwitchingFilm, time: number): number {
  if (time <= film.attemptTime) return Number.POSITIVE_INFINITY;
  return activationField(film) / Math.log(time / film.attemptTime) ** (1 / film.exponent);
}

/** Share of the regions whose coercive field is below `reduced` times the median. */
export function shareBelow(film: SwitchingFilm, reduced: number): number {
  return reduced <= 0 ? 0 : normalBelow(Math.log(reduced) / film.fieldSpread);
}

/** Share of a film, poled the other way before, that a pulse of `field` (V/m) and `time` (s) switches. */
export function switchedShare(film: SwitchingFilm, field: number, time: number): number {
  return shareBelow(film, field / coerciveFieldAt(film, time));
}
