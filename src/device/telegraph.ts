/**
 * Fluctuators: two-state Markov chains in continuous time (random telegraph noise, Machlup 1954), seen at given times. After
 * dt the chance of the high state is p + (s - p) exp(-dt / tau), with p = high / (high + low) and 1 / tau = 1 / high +
 * 1 / low from the mean stays; s is 1 where it was high before. Flicker noise is a sum of them with correlation times
 * spread evenly over the decades (McWhorter 1957).
 */
import type { Stream } from '../random.ts';
import type { Flicker, Telegraph } from '../target/reading.ts';

export interface Dwell {
  /** Mean stay in the high and in the low state (s). */
  readonly high: number;
  readonly low: number;
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

/** The state at the last of the times: 1 for high, 0 for low. Draws one number per time, the first stationary. */
export function walk({ mean, decays }: Chain, stream: Stream): 0 | 1 {
  let state = stream.uniform() < mean ? 1 : 0;
  for (const decay of decays) state = stream.uniform() < mean + (state - mean) * decay ? 1 : 0;
  return state as 0 | 1;
}

/** What the cell conducts in this state, as a factor. */
export function telegraphFactor({ amplitude }: Telegraph, state: 0 | 1): number {
  return 1 + (state - 0.5) * amplitude;
}

/** One fluctuator per decade, each with equal stays; their correlation times are half of these. */
export function fluctuators({ shortest, longest }: Flicker): Dwell[] {
  const count = Math.max(1, Math.round(Math.log10(longest / shortest)) + 1);
  return Array.from({ length: count }, (_, i) => {
    const stay = 2 * shortest * (longest / shortest) ** (count === 1 ? 0 : i / (count - 1));
    return { high: stay, low: stay };
  });
}

/**
 * The cell's sum of fluctuators at the last of the times, as a factor: every state adds +-amplitude / sqrt(count). Every
 * fluctuator has events of its own, so that its past is the same however often it was seen since.
 */
export function flickerFactor(
  { amplitude }: Flicker,
  chains: readonly Chain[],
  stream: Stream,
  cell: number,
): number {
  let sum = 0;
  for (const [i, chain] of chains.entries()) {
    stream.seek(cell * chains.length + i);
    sum += 2 * walk(chain, stream) - 1;
  }
  return Math.max(0, 1 + (amplitude * sum) / Math.sqrt(chains.length));
}
