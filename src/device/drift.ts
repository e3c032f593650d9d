/**
 * Conductances after a time without programming: relaxation in the logarithm of time (Falcone et al. 2025) and the power
 * law of phase-change cells (Nandakumar et al. 2019). A cell has one normal xi per law for all times, so its conductance
 * moves along one trajectory. Read disturb, a constant factor per read pulse, is an assumption: no source states a law.
 */
import type { Drift, ReadDisturb, Relaxation } from '../target/reading.ts';

/**
 * @param at seconds after programming, more than 0; times before `validFrom` count as that, because the logarithm has no
 *   value at 0
 * @param xi standard normal of the cell
 */
export function relaxed(law: Relaxation, g: number, at: number, xi: number): number {
  const logTime = Math.log(Math.max(at, law.validFrom) / law.t0);
  // The fitted spread would turn negative at times far below t0.
  const sigma = Math.max(0, law.spread + law.spreadSlope * logTime);
  return Math.max(0, g - law.slope * logTime + sigma * xi);
}

/** @param xi standard normal of the cell */
export function drifted(law: Drift, g: number, at: number, xi: number): number {
  return g * (1 + at / law.t0) ** -driftExponent(law, g, xi);
}

/** @param window beyond which reading moves no cell (S) */
export function disturbedByReads(
  { change, towards, interval }: ReadDisturb,
  window: { readonly gMin: number; readonly gMax: number },
  g: number,
  at: number,
): number {
  const pulses = at / interval;
  return towards === 'high'
    ? Math.max(g, Math.min(window.gMax, g * (1 + change) ** pulses))
    : Math.min(g, Math.max(window.gMin, g * (1 - change) ** pulses));
}

export function driftExponent(law: Drift, g: number, xi: number): number {
  const x = Math.log(Math.max(g / law.gReference, 1e-7));
  const mean = clip(law.exponent + law.exponentSlope * x, law.exponentMin, law.exponentMax);
  const sigma = clip(law.spread + law.spreadSlope * x, law.spreadMin, law.spreadMax);
  return Math.abs(mean + sigma * xi);
}

function clip(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
