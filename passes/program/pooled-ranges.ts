/**
 * Ranges for the columns of a block that calibration has seen too few inputs of, from what all of them saw together. A
 * classifier's column meets its own class in one image of hundreds, so the extremes of its own sums say nothing of the sum
 * that matters most. Columns differ in mean and spread, and hardly in shape: their sums other than zero, each as its
 * distance from the column's mean in the column's standard deviations, are one distribution. The range with its least mean
 * square error is every column's, in standard deviations about its mean.
 */
import { type CountedSums, type Range, rangeOf } from './converter-range.ts';

/**
 * @param columns what every column saw
 * @param codes steps from one end of a range to the other
 * @returns a range for each, of no width where every sum is zero
 */
export function pooledRanges(columns: readonly CountedSums[], codes: number): Range[] {
  const shapes = columns.map(shapeOf);
  const { low, high } = rangeOf(standardized(columns, shapes), 'mse', codes);
  return shapes.map(({ mean, deviation }) => ({
    low: Math.min(0, mean + deviation * low),
    high: Math.max(0, mean + deviation * high),
  }));
}

interface Shape {
  readonly mean: number;
  readonly deviation: number;
}

/** Of the sums other than zero. */
function shapeOf({ values, counts }: CountedSums): Shape {
  let [count, sum, squares] = [0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    if (values[at] === 0) continue;
    count += counts[at]!;
    sum += counts[at]! * values[at]!;
    squares += counts[at]! * values[at]! ** 2;
  }
  if (count === 0) return { mean: 0, deviation: 0 };
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean ** 2)) };
}

/** The sums of all columns in standard deviations; those that are zero count as not seen. */
function standardized(columns: readonly CountedSums[], shapes: readonly Shape[]): CountedSums {
  const length = columns.reduce((sum, { values }) => sum + values.length, 0);
  const pooled = { values: new Float64Array(length), counts: new Uint32Array(length) };
  let to = 0;
  for (const [column, { values, counts }] of columns.entries()) {
    const { mean, deviation } = shapes[column]!;
    for (let at = 0; at < values.length; at++, to++) {
      if (values[at] === 0 || deviation === 0) continue;
      pooled.values[to] = (values[at]! - mean) / deviation;
      pooled.counts[to] = counts[at]!;
    }
  }
  return pooled;
}
