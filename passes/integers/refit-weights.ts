/**
 * Integers of a matrix -> integers that a noisy chip is expected to do better with, where there are any: columns are refitted on
 * one half of the calibration vectors (refit-column.ts), rounded like others, and kept where the expected error on the other half
 * is smaller. A few columns are tried first: most matrices on most chips have nothing to gain.
 */
import type { LayerRecord } from '../../src/ir/calibration-record.ts';
import type { Reals } from '../../src/ir/graph.ts';
import { inputCovariance, type Span, spansOf } from '../../src/kernels/input-covariance.ts';
import { evenlySpread } from '../../src/math/evenly-spread.ts';
import type { LineLimits } from '../map/line-limits.ts';
import { expectedError, type Fit, type IntegerNoise, openFit, refitColumn } from './refit-column.ts';
import { widened } from './within-limits.ts';

/** A matrix, [group][row][column], and what it was rounded to, which is changed. */
export interface Refittable {
  readonly weights: Reals;
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
  /** Of every layer that uses the matrix. */
  readonly records: readonly LayerRecord[];
  /** What integers of a line may add up to. */
  readonly limits: LineLimits;
  readonly noise: IntegerNoise;
  readonly integers: Int8Array;
  /** Length groups * columns. */
  readonly scales: Float64Array;
  /** Rounds weights of a group. */
  readonly round: (weights: Float64Array, steps: Float64Array, group: number, integers: Int8Array) => void;
}

/** Columns that are tried first. */
const columnsTried = 16;
/** Error that they have to lose (dB). */
const worthwhile = 1;
/** Vectors without which nothing is judged. */
const fewestVectors = 64;

export function refitWeights(matrix: Refittable): void {
  const { groups, records, noise } = matrix;
  if (noise.every((variance) => variance === 0)) return;
  if (records.some(({ count }) => count < fewestVectors)) return;
  if (!isWorthwhile(matrix)) return;
  for (let group = 0; group < groups; group++) keepBetter(matrix, group);
}

/** Fits some columns, and judges them before they are rounded. */
function isWorthwhile(matrix: Refittable): boolean {
  const some = evenlySpread(matrix.groups, columnsTried);
  const ofEach = evenlySpread(matrix.columns, Math.ceil(columnsTried / some.length));
  let [before, after] = [0, 0];
  for (const group of some) {
    const { fitted, judged } = halvesOf(matrix, group);
    for (const column of ofEach) {
      const w = columnOf(matrix, group, column);
      const moved = refitColumn(fitted, w);
      const own = errorOf(matrix, judged, group, column, w);
      before += own;
      after += Math.min(own, expectedError(judged, w, moved, stepOf(moved, judged.weightMax)));
    }
  }
  return before > after * 10 ** (worthwhile / 10);
}

/** Refits a group's columns, and keeps those that are expected to do better than what there is. */
function keepBetter(matrix: Refittable, group: number): void {
  const { rows, columns, scales, round } = matrix;
  const { fitted, judged } = halvesOf(matrix, group);
  const moved = new Float64Array(rows * columns);
  const own = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    const v = refitColumn(fitted, columnOf(matrix, group, column));
    for (let row = 0; row < rows; row++) moved[row * columns + column] = v[row]!;
    own[column] = stepOf(v, judged.weightMax);
  }
  const steps = widened({ weights: moved, rows, columns }, own, matrix.limits);
  const integers = new Int8Array(moved.length);
  round(moved, steps, group, integers);
  const first = group * rows * columns;
  for (let column = 0; column < columns; column++) {
    const w = columnOf(matrix, group, column);
    const step = steps[column]!;
    const held = Float64Array.from({ length: rows }, (_, row) => step * integers[row * columns + column]!);
    if (expectedError(judged, w, held, step) >= errorOf(matrix, judged, group, column, w)) continue;
    scales[group * columns + column] = step;
    for (let at = column; at < integers.length; at += columns) matrix.integers[first + at] = integers[at]!;
  }
}

/** What a column's integers are expected to do. @param w its real weights */
function errorOf(
  { rows, columns, integers, scales }: Refittable,
  judged: Fit,
  group: number,
  column: number,
  w: Float64Array,
): number {
  const step = scales[group * columns + column]!;
  const first = group * rows * columns + column;
  const held = Float64Array.from({ length: rows }, (_, row) => step * integers[first + row * columns]!);
  return expectedError(judged, w, held, step);
}

const stepOf = (weights: Float64Array, weightMax: number): number =>
  Math.fround(weights.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / weightMax);

function columnOf({ weights, rows, columns }: Refittable, group: number, column: number): Float64Array {
  const first = group * rows * columns + column;
  return Float64Array.from({ length: rows }, (_, row) => weights[first + row * columns]!);
}

/** Samples come one after the other: the halves are of different samples. */
function halvesOf({ records, rows, noise }: Refittable, group: number): { fitted: Fit; judged: Fit } {
  const fit = (half: 0 | 1): Fit => {
    const parts = records.map((record) => halfOf(record, half));
    const spans = spansOf(rows).map(({ start, length }): Span => {
      return { start, covariance: inputCovariance(parts, group * rows + start, length) };
    });
    return openFit(spans, rows, noise);
  };
  return { fitted: fit(0), judged: fit(1) };
}

function halfOf(record: LayerRecord, half: 0 | 1): LayerRecord {
  const width = record.inputMean.length;
  const middle = Math.floor(record.count / 2);
  const [from, to] = half === 0 ? [0, middle] : [middle, record.count];
  return { ...record, vectors: record.vectors.subarray(from * width, to * width), count: to - from };
}
