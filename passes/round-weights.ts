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
import type { LayerRecord } from '../src/calibration-record.ts';
import { evenlySpread } from '../src/evenly-spread.ts';
import type { Reals } from '../src/ir/graph.ts';
import { inputProducts } from './input-products.ts';

/** One group's matrix, [row][column], with the size of an integer step of every column; 0 for a column of zeros. */
export interface RealMatrix {
  readonly weights: Reals;
  readonly rows: number;
  readonly columns: number;
  readonly steps: Float64Array;
  readonly weightMax: number;
}

/** Rows that share their rounding errors. */
const spanRows = 128;
/** Input vectors that the covariance is taken over: several times as many as rows. */
const vectorsFor = (rows: number): number => Math.max(256, 4 * rows);
/** Share of the mean variance that is added to every variance: few vectors leave the covariance singular. */
const damping = 0.01;

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
  for (let start = 0; start < matrix.rows; start += spanRows) {
    const rows = Math.min(matrix.rows - start, spanRows);
    roundSpan(matrix, start, inputCovariance(records, group * matrix.rows + start, rows), integers);
  }
}

/** @param covariance of the span's rows, row i's with row j at i * rows + j for j >= i */
function roundSpan(matrix: RealMatrix, start: number, covariance: Float64Array, integers: Int8Array): void {
  const length = Math.sqrt(covariance.length);
  // Inputs that vary most come first: their errors have the most rows left to be made up by.
  const order = Array.from({ length }, (_, row) => row);
  order.sort((a, b) => covariance[b * length + b]! - covariance[a * length + a]! || a - b);
  const factor = feedbackFactors(permuted(covariance, order));
  const rows = order.map((row) => start + row);
  // Columns are independent; a few at a time keep their errors in the cache.
  for (let first = 0; first < matrix.columns; first += columnsAtOnce)
    roundColumns(matrix, rows, factor, first, Math.min(columnsAtOnce, matrix.columns - first), integers);
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

const columnsAtOnce = 256;

/** Rounds `width` columns from `first` on, in the given order of rows. */
function roundColumns(
  { weights, columns, steps, weightMax }: RealMatrix,
  rows: readonly number[],
  factor: Float64Array,
  first: number,
  width: number,
  integers: Int8Array,
): void {
  const length = rows.length;
  const errors = new Float64Array((length + 3) * width);
  const wanted = new Float64Array(width);
  for (let k = 0; k < length; k++) {
    const at = rows[k]! * columns + first;
    for (let c = 0; c < width; c++) wanted[c] = weights[at + c]!;
    // Four earlier rows a round: fewer passes over `wanted`, the same sums in the same order. Errors of rows that are
    // still to come are 0.
    for (let j = 0; j < k; j += 4) {
      const share0 = factor[j * length + k]!;
      const share1 = j + 1 < k ? factor[(j + 1) * length + k]! : 0;
      const share2 = j + 2 < k ? factor[(j + 2) * length + k]! : 0;
      const share3 = j + 3 < k ? factor[(j + 3) * length + k]! : 0;
      const row0 = j * width;
      const row1 = row0 + width;
      const row2 = row1 + width;
      const row3 = row2 + width;
      for (let c = 0; c < width; c++) {
        wanted[c] =
          wanted[c]! +
          share0 * errors[row0 + c]! +
          share1 * errors[row1 + c]! +
          share2 * errors[row2 + c]! +
          share3 * errors[row3 + c]!;
      }
    }
    for (let c = 0; c < width; c++) {
      const integer = roundTo(wanted[c]!, steps[first + c]!, weightMax);
      integers[at + c] = integer;
      errors[k * width + c] = weights[at + c]! - integer * steps[first + c]!;
    }
  }
}

/**
 * How the inputs of consecutive rows vary together over the vectors of all uses, each less its own mean, which every
 * use's own bias makes up for. In codes of the first use, times the number of vectors.
 * @returns the upper triangle, row i's with row j at i * rows + j
 */
export function inputCovariance(
  records: readonly LayerRecord[],
  firstRow: number,
  rows: number,
): Float64Array {
  const result = new Float64Array(rows * rows);
  const most = Math.ceil(vectorsFor(rows) / records.length);
  for (const { vectors, count, inputMean, quantization } of records) {
    const firsts = Int32Array.from(evenlySpread(count, most), (v) => v * inputMean.length + firstRow);
    const used = firsts.length;
    const { sums, products, stride } = inputProducts(vectors, firsts, rows, quantization.signed);
    const scale = (quantization.scale / records[0]!.quantization.scale) ** 2;
    for (let i = 0; i < rows; i++) {
      const mean = sums[i]! / used;
      for (let j = i; j < rows; j++)
        result[i * rows + j]! += scale * (products[i * stride + j]! - mean * sums[j]!);
    }
  }
  return result;
}

/**
 * The factor U of a covariance, damped.
 * @param u the covariance's upper triangle, [row][column]; becomes the factor
 */
export function feedbackFactors(u: Float64Array): Float64Array {
  const length = Math.sqrt(u.length);
  let trace = 0;
  for (let i = 0; i < length; i++) trace += u[i * length + i]!;
  if (trace === 0) return u;
  for (let i = 0; i < length; i++) u[i * length + i]! += (damping * trace) / length;
  // In place, from the last row up: the columns right of k hold U already, the rest holds what is left of C.
  const column = new Float64Array(length);
  for (let k = length - 1; k >= 0; k--) {
    const pivot = u[k * length + k]!;
    for (let i = 0; i < k; i++) column[i] = u[i * length + k]!;
    for (let i = 0; i < k; i++) {
      const share = column[i]! / pivot;
      for (let j = i; j < k; j++) u[i * length + j]! -= share * column[j]!;
      u[i * length + k] = share;
    }
  }
  return u;
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
