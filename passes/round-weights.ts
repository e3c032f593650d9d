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

/** One group's matrix, [row][column], with the size of an integer step of every column; 0 for a column of zeros. */
export interface RealMatrix {
  readonly weights: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly steps: Float64Array;
  readonly weightMax: number;
}

/** Rows that share their rounding errors. */
const spanRows = 128;
/** Input vectors that the covariance is taken over at most. */
const vectorsUsed = 512;
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
 * @param record the layer's input vectors
 * @param group whose matrix it is
 * @param integers gets the result, [row][column]
 */
export function roundWithFeedback(
  matrix: RealMatrix,
  record: LayerRecord,
  group: number,
  integers: Int8Array,
): void {
  for (let start = 0; start < matrix.rows; start += spanRows) {
    const end = Math.min(matrix.rows, start + spanRows);
    const inputs = centredInputs(record, group * matrix.rows + start, end - start);
    roundSpan(matrix, start, inputs, integers);
  }
}

function roundSpan(
  matrix: RealMatrix,
  start: number,
  inputs: readonly Float64Array[],
  integers: Int8Array,
): void {
  const { weights, columns, steps, weightMax } = matrix;
  const length = inputs.length;
  // Inputs that vary most come first: their errors have the most rows left to be made up by.
  const variances = inputs.map((x) => dot(x, x));
  const order = variances.map((_, row) => row).sort((a, b) => variances[b]! - variances[a]! || a - b);
  const factor = feedbackFactors(order.map((row) => inputs[row]!));
  const errors = new Float64Array(length * columns);
  const wanted = new Float64Array(columns);
  for (let k = 0; k < length; k++) {
    const at = (start + order[k]!) * columns;
    for (let column = 0; column < columns; column++) wanted[column] = weights[at + column]!;
    for (let j = 0; j < k; j++) {
      const share = factor[j * length + k]!;
      if (share === 0) continue;
      const from = j * columns;
      for (let column = 0; column < columns; column++) wanted[column]! += share * errors[from + column]!;
    }
    for (let column = 0; column < columns; column++) {
      const integer = roundTo(wanted[column]!, steps[column]!, weightMax);
      integers[at + column] = integer;
      errors[k * columns + column] = weights[at + column]! - integer * steps[column]!;
    }
  }
}

/** Input codes of consecutive rows over the vectors, less their mean: one array per row. */
function centredInputs(record: LayerRecord, firstRow: number, rows: number): Float64Array[] {
  const { vectors, count, inputMean, quantization } = record;
  const used = Math.min(count, vectorsUsed);
  return Array.from({ length: rows }, (_, row) => {
    const codes = new Float64Array(used);
    let sum = 0;
    for (let v = 0; v < used; v++) {
      const code = vectors[Math.floor((v * count) / used) * inputMean.length + firstRow + row]!;
      codes[v] = quantization.signed && code > 127 ? code - 256 : code;
      sum += codes[v]!;
    }
    for (let v = 0; v < used; v++) codes[v]! -= sum / used;
    return codes;
  });
}

/**
 * The factor U of the inputs' damped covariance.
 * @returns [row][column], rows x rows
 */
export function feedbackFactors(inputs: readonly Float64Array[]): Float64Array {
  const length = inputs.length;
  const u = new Float64Array(length * length);
  let trace = 0;
  for (let i = 0; i < length; i++) {
    for (let j = i; j < length; j++) u[i * length + j] = dot(inputs[i]!, inputs[j]!);
    trace += u[i * length + i]!;
  }
  if (trace === 0) return u;
  for (let i = 0; i < length; i++) u[i * length + i]! += (damping * trace) / length;
  // In place, from the last row up: the columns right of k hold U already, the rest holds what is left of C.
  for (let k = length - 1; k >= 0; k--) {
    const pivot = u[k * length + k]!;
    for (let i = 0; i < k; i++) {
      const share = u[i * length + k]! / pivot;
      for (let j = i; j < k; j++) u[i * length + j]! -= share * u[j * length + k]!;
    }
    for (let i = 0; i < k; i++) u[i * length + k]! /= pivot;
  }
  return u;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
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
