/** Samples -> what is told of them: mean, standard deviation, quantiles, histogram. */

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Of the sample: with n - 1. */
export function sigmaOfSample(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return Math.sqrt(squares / Math.max(1, values.length - 1));
}

/** Between the two nearest of the sorted values, in proportion. */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}

export interface Histogram {
  /** Middle of every bin. */
  readonly middles: readonly number[];
  readonly width: number;
  /** Share of all values in every bin; values beyond the bins are in none. */
  readonly shares: readonly number[];
}

export function histogramOf(values: ArrayLike<number>, from: number, to: number, bins: number): Histogram {
  const width = (to - from) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) {
    const bin = values[i]! === to ? bins - 1 : Math.floor((values[i]! - from) / width);
    if (bin >= 0 && bin < bins) counts[bin]!++;
  }
  return {
    middles: counts.map((_, bin) => from + (bin + 0.5) * width),
    width,
    shares: counts.map((count) => count / values.length),
  };
}

/** `count` numbers from `from` to `to`, evenly spread. */
export function evenly(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

/** The same in the logarithm. */
export function evenlyInLog(from: number, to: number, count: number): number[] {
  return evenly(Math.log(from), Math.log(to), count).map(Math.exp);
}
