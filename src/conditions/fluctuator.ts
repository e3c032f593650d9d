/**
 * Fluctuators: two-state Markov chains in continuous time (random telegraph noise, Machlup 1954), seen at given times. After
 * dt the chance of the high state is p + (s - p) exp(-dt / tau), with p = high / (high + low) and 1 / tau = 1 / high +
 * 1 / low from the mean stays; s is 1 where it was high before.
 */
import type { Stream } from '../math/random.ts';

export interface Dwell {
  /** Mean stay in the high and in the low state (s). */
  readonly high: number;
  readonly low: number;
}

/** 1/f noise (McWhorter 1957): a fluctuator per decade of correlation times, each with equal stays, of which these are half. */
export function fluctuators({
  shortest,
  longest,
}: {
  readonly shortest: number;
  readonly longest: number;
}): Dwell[] {
  const count = Math.max(1, Math.round(Math.log10(longest / shortest)) + 1);
  return Array.from({ length: count }, (_, i) => {
    const stay = 2 * shortest * (longest / shortest) ** (count === 1 ? 0 : i / (count - 1));
    return { high: stay, low: stay };
  });
}

export interface Chain {
  /** Chance of the high state, long after. */
  readonly mean: number;
  /** exp(-dt / tau) of every step in time, from the first of the given times to the last. */
  readonly decays: readonly number[];
}

/** @param times in seconds, rising */
export function chainOf({ high, low }: Dwell, times: readonly number[]): Chain {
  const rate = 1 / high + 1 / low;
  return {
    mean: high / (high + low),
    decays: times.slice(1).map((time, i) => Math.exp(-(time - times[i]!) * rate)),
  };
}

/** The state after a step in time. @param decay exp(-dt / tau) */
export function later(mean: number, decay: number, state: number, stream: Stream): 0 | 1 {
  return stream.uniform() < mean + (state - mean) * decay ? 1 : 0;
}

/** The state at the last of the times: 1 for high, 0 for low. Draws one number per time, the first stationary. */
export function walk({ mean, decays }: Chain, stream: Stream): 0 | 1 {
  let state = later(mean, 0, 0, stream);
  for (const decay of decays) state = later(mean, decay, state, stream);
  return state;
}

/**
 * One-sided spectral density of a state of 0 or 1 that is sampled every `interval`, in closed form with what is folded back:
 * covariances p (1 - p) exp(-k interval / tau) add up to a geometric series.
 */
export function sampledDensity({ high, low }: Dwell, interval: number, frequency: number): number {
  const mean = high / (high + low);
  const decay = Math.exp(-interval * (1 / high + 1 / low));
  const turn = Math.cos(2 * Math.PI * frequency * interval);
  return (2 * interval * mean * (1 - mean) * (1 - decay ** 2)) / (1 - 2 * decay * turn + decay ** 2);
}
