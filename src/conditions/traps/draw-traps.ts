/**
 * The traps of a cell: a law and the number of a set of them -> their amplitudes and mean stays. Programming and reading draw the
 * same ones.
 *
 *   number      Poisson, at most 8: beyond lies a millionth where the mean is 1
 *   amplitude   exponential (S)
 *   stays       either of them evenly spread in its logarithm
 */
import type { Stream } from '../../math/random.ts';
import type { Dwell } from '../fluctuator.ts';
import type { Traps } from './model.ts';

export interface Trap {
  /** Difference of the conductances in its two states (S). */
  readonly amplitude: number;
  readonly dwell: Dwell;
}

export const mostTraps = 8;

const none: readonly Trap[] = [];

/** @param set keys the draws: distinct for every cell, and every time that its traps were drawn anew */
export function drawTraps(law: Traps, stream: Stream, set: number): readonly Trap[] {
  stream.seek(set);
  const count = poisson(law.perCell, stream.uniform());
  if (count === 0) return none;
  const stay = () => law.dwellShortest * (law.dwellLongest / law.dwellShortest) ** stream.uniform();
  return Array.from({ length: count }, () => ({
    amplitude: -law.amplitude * Math.log(stream.uniform()),
    dwell: { high: stay(), low: stay() },
  }));
}

/** By inversion. @param u uniform in (0, 1) */
function poisson(mean: number, u: number): number {
  let term = Math.exp(-mean);
  let left = u - term;
  let count = 0;
  while (left > 0 && count < mostTraps) {
    count++;
    term *= mean / count;
    left -= term;
  }
  return count;
}
