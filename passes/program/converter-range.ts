/**
 * The range of a column's converter from samples of the sums that it sees. A range always holds zero.
 *
 * `mse` weighs rounding against clipping: within a range of `codes` steps rounding is uniform over a step, with a mean
 * square of a twelfth of the step's square, but for sums of zero, which have a code of their own; what lies beyond the
 * range is clipped to its end. All pairs of ends out of
 * 32 shares of the extremes on either side are compared.
 */

/** `bounds`: whatever the cells could add up to, so that no input saturates a converter. */
export type ConverterPolicy = 'mse' | 'max' | 'percentile' | 'bounds';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Sums, and how often each was seen: equal ones may be listed apart, and some not at all have been seen. */
export interface CountedSums {
  readonly values: Float64Array;
  readonly counts: Uint32Array;
}

/** Ends that are tried on either side of zero. */
export const shares = 32;

/**
 * @param codes steps from one end of a range to the other
 * @returns a range of no width where every sum is zero
 */
export function rangeOf(sums: CountedSums, policy: Exclude<ConverterPolicy, 'bounds'>, codes: number): Range {
  if (policy === 'percentile') return percentileRange(sums);
  const extremes = extremesOf(sums);
  return policy === 'max' ? extremes : leastError(sums, extremes, codes);
}

function extremesOf({ values, counts }: CountedSums): Range {
  let [low, high] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    if (counts[at] === 0) continue;
    const sum = values[at]!;
    if (sum < low) low = sum;
    else if (sum > high) high = sum;
  }
  return { low, high };
}

function leastError(sums: CountedSums, extremes: Range, codes: number): Range {
  const { below, above, samples } = clippingErrors(sums, extremes);
  const errorOf = (low: number, high: number) => (((high - low) / codes) ** 2 / 12) * samples;
  // Clipping only grows as an end comes closer to zero: what alone costs more than no clipping at all is passed over.
  const unclipped = errorOf(extremes.low, extremes.high);
  const firstOf = (errors: Float64Array) => {
    const first = errors.findIndex((error) => error <= unclipped);
    return Math.max(1, first);
  };
  const [firstLow, firstHigh] = [firstOf(below), firstOf(above)];
  let best = extremes;
  let least = Number.POSITIVE_INFINITY;
  for (let i = firstLow; i <= shares; i++) {
    const low = (extremes.low * i) / shares;
    for (let j = firstHigh; j <= shares; j++) {
      const high = (extremes.high * j) / shares;
      const unclippedAbove = errorOf(low, high) + below[i]!;
      // And more so for the wider ranges that follow.
      if (unclippedAbove >= least) break;
      const error = unclippedAbove + above[j]!;
      if (error < least) {
        least = error;
        best = { low, high };
      }
    }
  }
  return best;
}

const bins = shares + 1;
/**
 * Per side and bin between two ends: the number of sums, their sum, and the sum of their squares. Used again for every
 * column, as are the errors: there are tens of thousands.
 */
const moments = new Float64Array(2 * bins * 3);
const errors = { below: new Float64Array(bins), above: new Float64Array(bins) };

/**
 * Sums of squared errors when one side is clipped at share i of its extreme, i from 0 to `shares`; valid until the next
 * call.
 * @returns the number of sums other than zero besides
 */
export function clippingErrors(
  { values, counts }: CountedSums,
  { low, high }: Range,
): { readonly below: Float64Array; readonly above: Float64Array; readonly samples: number } {
  moments.fill(0);
  const [inverseLow, inverseHigh] = [low === 0 ? 0 : 1 / low, high === 0 ? 0 : 1 / high];
  let samples = 0;
  for (let at = 0; at < values.length; at++) {
    const count = counts[at]!;
    if (count === 0) continue;
    const sum = values[at]!;
    const x = sum < 0 ? sum * inverseLow : sum * inverseHigh;
    if (x === 0) continue;
    samples += count;
    const bin = (Math.min(shares, Math.floor(x * shares)) + (sum < 0 ? 0 : bins)) * 3;
    moments[bin]! += count;
    moments[bin + 1]! += count * x;
    moments[bin + 2]! += count * x * x;
  }
  addUp(0, low, errors.below);
  addUp(3 * bins, high, errors.above);
  return { ...errors, samples };
}

function addUp(first: number, extreme: number, sums: Float64Array): void {
  let [m0, m1, m2] = [0, 0, 0];
  for (let i = shares; i >= 0; i--) {
    m0 += moments[first + 3 * i]!;
    m1 += moments[first + 3 * i + 1]!;
    m2 += moments[first + 3 * i + 2]!;
    const end = i / shares;
    sums[i] = Math.max(0, m2 - 2 * end * m1 + end * end * m0) * extreme ** 2;
  }
}

/** The range that 99.9 % of the sums other than zero fall into. */
function percentileRange({ values, counts }: CountedSums): Range {
  const seen = Array.from(values.keys()).filter((at) => values[at] !== 0 && counts[at]! > 0);
  seen.sort((a, b) => values[a]! - values[b]!);
  const total = seen.reduce((sum, at) => sum + counts[at]!, 0);
  const cut = Math.floor(total * 0.0005);
  /** The first, in this order, that is not among the `cut` to leave out. */
  const endOf = (order: readonly number[]) => {
    let left = cut;
    for (const at of order) {
      left -= counts[at]!;
      if (left < 0) return values[at]!;
    }
    return 0;
  };
  return { low: Math.min(0, endOf(seen)), high: Math.max(0, endOf(seen.toReversed())) };
}
