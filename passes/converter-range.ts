/**
 * The range of every column's converter from samples of the sums that it sees. A range always holds zero.
 *
 * `mse` weighs rounding against clipping: within a range of `codes` steps rounding is uniform over a step, with a mean
 * square of a twelfth of the step's square; what lies beyond the range is clipped to its end. All pairs of ends out of
 * 32 shares of the extremes on either side are compared.
 */

export type ConverterPolicy = 'mse' | 'max' | 'percentile';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Ends that are tried on either side of zero. */
export const shares = 32;

/**
 * @param sums [sample][column]
 * @param codes steps from one end of a range to the other
 * @returns one range per column; of no width where every sum is zero
 */
export function rangesOf(
  sums: Float64Array,
  columns: number,
  policy: ConverterPolicy,
  codes: number,
): Range[] {
  const low = new Float64Array(columns);
  const high = new Float64Array(columns);
  for (let at = 0; at < sums.length; at += columns) {
    for (let c = 0; c < columns; c++) {
      const sum = sums[at + c]!;
      if (sum < low[c]!) low[c] = sum;
      else if (sum > high[c]!) high[c] = sum;
    }
  }
  if (policy === 'percentile') return Array.from(low, (_, c) => percentileRange(sums, columns, c));
  const extremes = Array.from(low, (_, c) => ({ low: low[c]!, high: high[c]! }));
  if (policy === 'max') return extremes;
  const below = clippingErrors(sums, columns, low);
  const above = clippingErrors(sums, columns, high);
  const samples = sums.length / columns;
  return extremes.map((extreme, c) => {
    const first = c * (shares + 1);
    return leastError(
      extreme,
      below.subarray(first, first + shares + 1),
      above.subarray(first, first + shares + 1),
      samples,
      codes,
    );
  });
}

function leastError(
  extreme: Range,
  below: Float64Array,
  above: Float64Array,
  samples: number,
  codes: number,
): Range {
  let best = extreme;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i <= shares; i++) {
    for (let j = 1; j <= shares; j++) {
      const low = (extreme.low * i) / shares;
      const high = (extreme.high * j) / shares;
      const error = (((high - low) / codes) ** 2 / 12) * samples + below[i]! + above[j]!;
      if (error < least) {
        least = error;
        best = { low, high };
      }
    }
  }
  return best;
}

/**
 * Sum of squared errors when one side is clipped at share i of its extreme.
 * @param extremes of the side, per column; 0 where there is none
 * @returns [column][i], i from 0 to `shares`
 */
export function clippingErrors(sums: Float64Array, columns: number, extremes: Float64Array): Float64Array {
  const bins = shares + 1;
  // Per column and bin between two ends: the number of sums, their sum, and the sum of their squares.
  const [count, first, second] = [0, 1, 2].map(() => new Float64Array(columns * bins)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const inverse = extremes.map((extreme) => (extreme === 0 ? 0 : 1 / extreme));
  for (let at = 0; at < sums.length; at += columns) {
    for (let c = 0; c < columns; c++) {
      const x = sums[at + c]! * inverse[c]!;
      if (x <= 0) continue;
      const bin = c * bins + Math.min(shares, Math.floor(x * shares));
      count[bin]! += 1;
      first[bin]! += x;
      second[bin]! += x * x;
    }
  }
  const errors = new Float64Array(columns * bins);
  for (let c = 0; c < columns; c++) {
    const square = extremes[c]! ** 2;
    let [m0, m1, m2] = [0, 0, 0];
    for (let i = shares; i >= 0; i--) {
      const bin = c * bins + i;
      m0 += count[bin]!;
      m1 += first[bin]!;
      m2 += second[bin]!;
      const end = i / shares;
      errors[bin] = Math.max(0, m2 - 2 * end * m1 + end * end * m0) * square;
    }
  }
  return errors;
}

/** The range that 99.9 % of the sums other than zero fall into. */
function percentileRange(sums: Float64Array, columns: number, column: number): Range {
  const values: number[] = [];
  for (let at = column; at < sums.length; at += columns) if (sums[at] !== 0) values.push(sums[at]!);
  values.sort((a, b) => a - b);
  const cut = Math.floor(values.length * 0.0005);
  return { low: Math.min(0, values[cut] ?? 0), high: Math.max(0, values[values.length - 1 - cut] ?? 0) };
}
