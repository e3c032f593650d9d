/**
 * A train of a device under a step law -> how far every reading is off what those before let expect, and with which variance:
 * Kalman's filter, with the law linearised at the state that is expected. Pulses spread by cycleToCycle, readings by readNoise:
 *
 *   w' = w + step(w) + noise xi, held within bounds       y = w + readNoise xi
 *
 * What bounds hold has the mean and the variance of a normal number that is cut off there. Readings and what they are off are in S.
 */
import { normalBelow, normalDensity } from '../../math/normal.ts';
import type { Innovations } from '../scores.ts';
import type { Bounds, Noise, Numbers, StepLaw } from './step-law.ts';
import type { Train } from './trains.ts';

/** Standard deviations of a pulse, in steps, and of a reading (S). */
export interface Spreads {
  readonly cycleToCycle: number;
  readonly readNoise: number;
}

/** Standard deviations from a bound beyond which it is not felt. */
const far = 5;
/** Tabulated values per standard deviation. */
const fine = 64;

let kept: { readonly below: Float64Array; readonly slope: Float64Array } | undefined;

const tabulate = () => {
  const z = Array.from({ length: 2 * far * fine + 2 }, (_, i) => i / fine - far);
  return {
    below: Float64Array.from(z, normalBelow),
    slope: Float64Array.from(z, (at) => normalDensity(at) / fine),
  };
};

/** Probability that a standard normal is below z, which is within `far`: by cubics between tabulated values, to 10^-10. */
function belowNear(z: number): number {
  kept ??= tabulate();
  const { below, slope } = kept;
  const at = (z + far) * fine;
  const i = Math.floor(at);
  const t = at - i;
  const u = 1 - t;
  return (
    u * u * ((1 + 2 * t) * below[i]! + t * slope[i]!) +
    t * t * ((3 - 2 * t) * below[i + 1]! - u * slope[i + 1]!)
  );
}

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
  const [below, density] = [belowNear(z), normalDensity(z)];
  // Of (bound - x) where it is above 0.
  const first = sigma * (z * below + density);
  const second = sigma * sigma * ((z * z + 1) * below + z * density);
  held.mean = up ? bound - first : first - bound;
  held.variance = Math.max(0, second - first * first);
}

/** @param bounds those at which a device's states are held (w) */
export function innovationsOf(
  law: StepLaw,
  noise: Noise,
  train: Train,
  bounds: Bounds,
  numbers: Numbers,
  { cycleToCycle, readNoise }: Spreads,
): Innovations {
  const { low, high } = numbers.ends;
  const [middle, half] = [(high + low) / 2, (high - low) / 2];
  const { step, slope, unit } = law.steps(numbers);
  const { pulses } = train;
  const n = pulses.length;
  const off = new Float64Array(n);
  const variance = new Float64Array(n);
  const reading = (readNoise / half) ** 2;
  const isAdditive = noise === 'additive';
  const state: Held = { mean: (train.start - middle) / half, variance: reading };
  for (let i = 0; i < n; i++) {
    const { up, count, g } = pulses[i]!;
    for (let k = 0; k < count; k++) {
      const w = state.mean;
      const change = step(w, up);
      const follows = 1 + slope(w, up);
      const size = isAdditive ? unit(up) : change;
      state.mean = w + change;
      state.variance = follows * follows * state.variance + (cycleToCycle * size) ** 2;
      hold(state, up, bounds);
    }
    const whole = state.variance + reading;
    const e = (g - middle) / half - state.mean;
    off[i] = half * e;
    variance[i] = half * half * whole;
    state.mean += (state.variance / whole) * e;
    state.variance *= reading / whole;
  }
  return { off, variance };
}
