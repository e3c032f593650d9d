/**
 * A train of a device under a step law -> how far every reading is off what those before let expect, and with which variance:
 * Kalman's filter, with the law linearised at the state that is expected. Pulses spread by cycleToCycle, readings by readNoise:
 *
 *   w' = w + step(w) + noise xi, held within bounds       y = w + readNoise xi
 *
 * What bounds hold has the mean and the variance of a normal number that is cut off there.
 */
import { normalBelow, normalDensity } from '../../math/normal.ts';
import type { Innovations } from '../scores.ts';
import { type Bounds, type Noise, type Numbers, type StepLaw, stateOf } from './step-law.ts';
import type { Train } from './trains.ts';

/** Standard deviations of a pulse, in steps, and of a reading, in w. */
export interface Spreads {
  readonly cycleToCycle: number;
  readonly readNoise: number;
}

const near = 1e-4;
/** Standard deviations from a bound beyond which it is not felt. */
const far = 5;

interface Held {
  mean: number;
  variance: number;
}

/** min(upper, max(lower, x)) of a normal x; only the bound that x is moved to counts. Overwrites `held`. */
function hold(held: Held, up: boolean, { lower, upper }: Bounds): void {
  const bound = up ? upper : -lower;
  if (bound === Number.POSITIVE_INFINITY) return;
  const mean = up ? held.mean : -held.mean;
  const sigma = Math.sqrt(held.variance);
  if (bound - mean > far * sigma) return;
  if (mean - bound >= far * sigma) {
    held.mean = up ? bound : -bound;
    held.variance = 0;
    return;
  }
  const z = (bound - mean) / sigma;
  const [below, density] = [normalBelow(z), normalDensity(z)];
  // Of (bound - x) where it is above 0.
  const first = sigma * (z * below + density);
  const second = sigma * sigma * ((z * z + 1) * below + z * density);
  held.mean = up ? bound - first : first - bound;
  held.variance = Math.max(0, second - first * first);
}

export function innovationsOf(
  law: StepLaw,
  noise: Noise,
  train: Train,
  bounds: Bounds,
  numbers: Numbers,
  { cycleToCycle, readNoise }: Spreads,
): Innovations {
  const n = train.pulses.length;
  const off = new Float64Array(n);
  const variance = new Float64Array(n);
  const reading = readNoise ** 2;
  const state: Held = { mean: stateOf(numbers.ends, train.start), variance: reading };
  for (const [i, { up, count, g }] of train.pulses.entries()) {
    for (let k = 0; k < count; k++) {
      const w = state.mean;
      const step = law.step(numbers, w, up);
      const slope = 1 + (law.step(numbers, w + near, up) - law.step(numbers, w - near, up)) / (2 * near);
      const size = noise === 'additive' ? law.unit(numbers, up) : step;
      state.mean = w + step;
      state.variance = slope * slope * state.variance + (cycleToCycle * size) ** 2;
      hold(state, up, bounds);
    }
    const whole = state.variance + reading;
    const e = stateOf(numbers.ends, g) - state.mean;
    off[i] = e;
    variance[i] = whole;
    state.mean += (state.variance / whole) * e;
    state.variance *= reading / whole;
  }
  return { off, variance };
}
