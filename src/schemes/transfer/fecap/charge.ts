/**
 * What a FeCAP gives when it is read: turns a hidden plane into the share of its whole charge, and film and area into
 * charge Q = 2 Pr A and energy 2 Pr A V.
 */
import type { FerroelectricFilm, HiddenPlane } from '../../../target/hidden-plane.ts';
import { chargeAfter, chargeHeld } from './ageing.ts';
import { switchedShare } from './switching.ts';

type Aged = Pick<HiddenPlane, 'film' | 'ageing' | 'wakeUpCycles' | 'writeTime'>;

/** A plane is data that does not change, and this is asked at every transfer. */
const known = new WeakMap<Aged, number>();

/**
 * Share of its whole charge that a FeCAP of this plane gives in a transfer: what its write pulses switch, what wake-up,
 * earlier cycles and `held` leave of it. 1 where the plane has neither film nor ageing. The cycles of one program are so
 * few that its array keeps one share.
 */
export function chargeShare(hidden: Aged): number {
  const { film, ageing, wakeUpCycles, writeTime } = hidden;
  if (!film && !ageing) return 1;
  const before = known.get(hidden);
  if (before !== undefined) return before;
  const written = film ? switchedShare(film, film.writeVoltage / film.thickness, writeTime) : 1;
  const left = ageing ? chargeAfter(ageing, wakeUpCycles) * chargeHeld(ageing, ageing.held) : 1;
  known.set(hidden, written * left);
  return written * left;
}

/** Charge that a capacitor of one digit step switches when all of it turns over: 2 Pr A (C). */
export function switchedCharge({ remanence, side }: FerroelectricFilm): number {
  return 2 * remanence * side ** 2;
}

/** Energy of turning it over at a voltage: 2 Pr A V (J). */
export function switchingEnergy(film: FerroelectricFilm, voltage: number): number {
  return switchedCharge(film) * voltage;
}
