/**
 * Rounds real weights to integers, either each to its nearest, or with error feedback: the rows of a matrix are rounded
 * one after the other, and every row takes up what the rounding of the earlier ones did to the layer's outputs. With C
 * the covariance of the inputs, C = (U + I) D (U + I)^T, U strictly upper triangular, the rounding
 *
 *   w'_k = round(w_k + sum over j < k of (w_j - w'_j) U_jk)
 *
 * keeps the mean square of the outputs' error, tr(E C E^T), small. This is GPTQ (Frantar et al., ICLR 2023) in the form
 * of Chee et al., "QuIP", NeurIPS 2023, section 3. Covariance, not second moment: the mean error goes into the bias.
 * Errors are fed back within spans of rows, so that the work grows in proportion to the weights.
 */
import type { LayerRecord } from '../../src/ir/calibration-record.ts';
import type { Reals } from '../../src/ir/graph.ts';
import { type Columns, columnsAtOnce, openColumns } from '../../src/kernels/feedback-columns.ts';
import { feedbackFactors } from '../../src/kernels/feedback-factors.ts';
import { inputCovariance, spansOf } from '../../src/kernels/input-covariance.ts';

/** One group's matrix, [row][column], with the size of an integer step of every column; 0 for a column of zeros. */
interface RealMatrix {
  readonly weights: Reals;
  readonly rows: number;
  readonly columns: number;
  readonly steps: Float64Array;
  readonly weightMax: number;
}

/** @param integers gets the result, [row][column] */
export function roundNearest(matrix: RealMatrix, integers: Int8Array): void {
  const { weights, rows, columns, steps, weightMax } = matrix;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++)
      integers[at] = roundTo(weights[at]!, steps[column]!, weightMax);
  }
}

/**
 * @param records the input vectors of every layer that uses the matrix
 * @param group whose matrix it is
 * @param integers gets the result, [row][column]
 */
export function roundWithFeedback(
  matrix: RealMatrix,
  records: readonly LayerRecord[],
  group: number,
  integers: Int8Array,
): void {
  for (const { start, length } of spansOf(matrix.rows))
    roundSpan(matrix, start, inputCovariance(records, group * matrix.rows + start, length), integers);
}

/** @param covariance of the span's rows, row i's with row j at i * rows + j for j >= i */
function roundSpan(matrix: RealMatrix, start: number, covariance: Float64Array, integers: Int8Array): void {
  const length = Math.sqrt(covariance.length);
  // Inputs that vary most come first: their errors have the most rows left to be made up by.
  const order = Array.from({ length }, (_, row) => row);
  order.sort((a, b) => covariance[b * length + b]! - covariance[a * length + a]! || a - b);
  const factor = feedbackFactors(permuted(covariance, order));
  const opened = openColumns(length);
  fillShares(factor, length, opened.shares);
  opened.limits[0] = -matrix.weightMax;
  opened.limits[1] = matrix.weightMax;
  const { columns } = matrix;
  const span = order.map((row) => start + row);
  for (let first = 0; first < columns; first += columnsAtOnce)
    roundColumns(matrix, span, opened, first, integers);
}

/** Row after row a 0 and the column of the factor above its diagonal. */
function fillShares(factor: Float64Array, length: number, shares: Float64Array): void {
  for (let k = 0, at = 0; k < length; k++) {
    shares[at++] = 0;
    for (let j = 0; j < k; j++) shares[at++] = factor[j * length + k]!;
  }
}

/** The upper triangle of a symmetric matrix, of which that is given, with rows and columns in another order. */
function permuted(upper: Float64Array, order: readonly number[]): Float64Array {
  const length = order.length;
  const result = new Float64Array(upper.length);
  for (let i = 0; i < length; i++) {
    for (let j = i; j < length; j++) {
      const [a, b] = [order[i]!, order[j]!];
      result[i * length + j] = a < b ? upper[a * length + b]! : upper[b * length + a]!;
    }
  }
  return result;
}

/** Rounds the columns from `first` on that go side by side. @param span rows, in the order in which they are rounded */
function roundColumns(
  { weights: real, columns, steps }: RealMatrix,
  span: readonly number[],
  { steps: taken, weights, round }: Columns,
  first: number,
  integers: Int8Array,
): void {
  const width = Math.min(columnsAtOnce, columns - first);
  // A column of zeros stays one, whatever its step.
  for (let c = 0; c < columnsAtOnce; c++) {
    const own = c < width ? steps[first + c]! : 0;
    taken[c] = own === 0 ? 1 : own;
  }
  for (let k = 0; k < span.length; k++) {
    const from = span[k]! * columns + first;
    for (let c = 0; c < width; c++) weights[k * columnsAtOnce + c] = real[from + c]!;
  }
  round();
  for (let k = 0; k < span.length; k++) {
    const to = span[k]! * columns + first;
    for (let c = 0; c < width; c++) integers[to + c] = weights[k * columnsAtOnce + c]!;
  }
}

function roundTo(weight: number, step: number, weightMax: number): number {
  if (step === 0) return 0;
  return Math.max(-weightMax, Math.min(weightMax, roundHalfEven(weight / step)));
}

/** Rounds like ONNX's QuantizeLinear. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
