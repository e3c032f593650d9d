/**
 * Products with a layer's matrix, [input][output]: x W forwards, d W^T backwards, and the update W += x^T d. Inputs that
 * are zero take no part: each function gets the list of those that are not. Four rows of the matrix run at once, because
 * outputs are then loaded and stored once for four products.
 */

import type { Products } from '../kernels/matrix-rows.ts';

/**
 * Lists where a row of numbers is not zero.
 * @param from first number of the row
 * @param active where the indices go, from `from` on
 * @returns how many there are
 */
export function listActive(values: Float32Array, from: number, length: number, active: Int32Array): number {
  let count = 0;
  for (let i = 0; i < length; i++) {
    if (values[from + i] !== 0) active[from + count++] = i;
  }
  return count;
}

/** A batch on its way through one layer's matrix: `active` lists the inputs that are not zero. */
export interface LayerProducts extends Products {
  readonly inputs: number;
  readonly outputs: number;
  /** How many inputs of each row take part. */
  readonly activeCount: Int32Array;
  /** Gradients with respect to the products, [row of the batch][output]. */
  readonly d: Float32Array;
}

/** y = scale * x W + bias for one row of the batch. Rows are written in their order: up to three numbers behind the end of one are spoilt. */
export function multiply(
  { inputs, outputs, matrix, x, active, activeCount, y, addRows }: LayerProducts,
  { scale, bias }: { readonly scale: number; readonly bias: Float32Array },
  row: number,
): void {
  const [xFrom, yFrom, count] = [row * inputs, row * outputs, activeCount[row]!];
  y.fill(0, yFrom, yFrom + outputs);
  for (let n = addRows(xFrom, count, yFrom); n < count; n++) {
    const i = active[xFrom + n]!;
    const xi = x[xFrom + i]!;
    const from = i * outputs;
    for (let j = 0; j < outputs; j++) y[yFrom + j]! += xi * matrix[from + j]!;
  }
  for (let j = 0; j < outputs; j++) y[yFrom + j] = scale * y[yFrom + j]! + bias[j]!;
}

/** e = scale * d W^T for one row of the batch, [row of the batch][input], at the inputs that take part; the others keep what they hold. */
export function multiplyTransposed(
  { inputs, outputs, active, activeCount, d }: LayerProducts,
  { matrix, scale }: { readonly matrix: Float32Array; readonly scale: number },
  row: number,
  e: Float32Array,
): void {
  const [eFrom, dFrom, count] = [row * inputs, row * outputs, activeCount[row]!];
  for (let n = 0; n < count; n++) {
    const i = active[eFrom + n]!;
    const from = i * outputs;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let j = 0;
    for (; j + 3 < outputs; j += 4) {
      s0 += d[dFrom + j]! * matrix[from + j]!;
      s1 += d[dFrom + j + 1]! * matrix[from + j + 1]!;
      s2 += d[dFrom + j + 2]! * matrix[from + j + 2]!;
      s3 += d[dFrom + j + 3]! * matrix[from + j + 3]!;
    }
    for (; j < outputs; j++) s0 += d[dFrom + j]! * matrix[from + j]!;
    e[eFrom + i] = scale * (s0 + s1 + (s2 + s3));
  }
}

/** W += rate * x^T d for one row of the batch, at the inputs that take part. */
export function addOuter(
  { inputs, outputs, x, active, activeCount, d }: LayerProducts,
  row: number,
  rate: number,
  matrix: Float32Array,
): void {
  const [xFrom, dFrom, count] = [row * inputs, row * outputs, activeCount[row]!];
  for (let n = 0; n < count; n++) {
    const i = active[xFrom + n]!;
    const factor = rate * x[xFrom + i]!;
    const from = i * outputs;
    for (let j = 0; j < outputs; j++) matrix[from + j]! += factor * d[dFrom + j]!;
  }
}
