/** Counts in equal bins. */

export interface Histogram {
  /** Lower end of the first bin. */
  readonly from: number;
  /** Width of a bin. */
  readonly step: number;
  readonly counts: readonly number[];
}

/** An empty one that is filled; what lies beyond an end counts in its bin. */
export function histogramOf(from: number, step: number, bins: number) {
  const counts = new Float64Array(bins);
  return {
    add(value: number): void {
      counts[Math.max(0, Math.min(bins - 1, Math.floor((value - from) / step)))]!++;
    },
    counted: (): Histogram => ({ from, step, counts: [...counts] }),
  };
}

/** Share of the values that a histogram may put into its end bins. */
const beyond = 5e-4;

/** The same around its middle, in at most so many bins: rare values on either side count in the end bins. */
export function trimmed({ from, step, counts }: Histogram, most: number): Histogram {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const middle = counts.length / 2;
  const outside = (reach: number) =>
    counts.reduce((sum, count, i) => (i < middle - reach || i >= middle + reach ? sum + count : sum), 0);
  let reach = 1;
  while (reach < middle && outside(reach) > beyond * total) reach++;
  const wide = Math.ceil((2 * reach) / most);
  const bins = 2 * Math.ceil(reach / wide);
  const first = middle - (bins / 2) * wide;
  const sums = new Float64Array(bins);
  for (const [i, count] of counts.entries())
    sums[Math.max(0, Math.min(bins - 1, Math.floor((i - first) / wide)))]! += count;
  return { from: from + first * step, step: wide * step, counts: [...sums] };
}
