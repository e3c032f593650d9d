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

/**
 * y = scale * x W + bias for one row. Rows of y are written in their order: up to three numbers behind the end of one are
 * spoilt.
 * @param xFrom first number of the row in x, of whose inputs `count` are listed
 * @param yFrom first number of the row in y
 */
export function multiply(
  { matrix, x, active, y, addRows }: Products,
  xFrom: number,
  count: number,
  scale: number,
  bias: Float32Array,
  yFrom: number,
): void {
  const outputs = bias.length;
  y.fill(0, yFrom, yFrom + outputs);
  for (let n = addRows(xFrom, count, yFrom); n < count; n++) {
    const i = active[xFrom + n]!;
    const xi = x[xFrom + i]!;
    const row = i * outputs;
    for (let j = 0; j < outputs; j++) y[yFrom + j]! += xi * matrix[row + j]!;
  }
  for (let j = 0; j < outputs; j++) y[yFrom + j] = scale * y[yFrom + j]! + bias[j]!;
}

/**
 * e = scale * d W^T for one row, at the listed inputs; the others keep what they hold.
 * @param active indices of e to compute, from `eFrom` on, `count` of them
 */
export function multiplyTransposed(
  d: Float32Array,
  dFrom: number,
  outputs: number,
  matrix: Float32Array,
  scale: number,
  active: Int32Array,
  count: number,
  e: Float32Array,
  eFrom: number,
): void {
  for (let n = 0; n < count; n++) {
    const i = active[eFrom + n]!;
    const row = i * outputs;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let j = 0;
    for (; j + 3 < outputs; j += 4) {
      s0 += d[dFrom + j]! * matrix[row + j]!;
      s1 += d[dFrom + j + 1]! * matrix[row + j + 1]!;
      s2 += d[dFrom + j + 2]! * matrix[row + j + 2]!;
      s3 += d[dFrom + j + 3]! * matrix[row + j + 3]!;
    }
    for (; j < outputs; j++) s0 += d[dFrom + j]! * matrix[row + j]!;
    e[eFrom + i] = scale * (s0 + s1 + (s2 + s3));
  }
}

/** W += rate * x^T d for one row of a batch, at the listed inputs. */
export function addOuter(
  x: Float32Array,
  xFrom: number,
  active: Int32Array,
  count: number,
  d: Float32Array,
  dFrom: number,
  outputs: number,
  rate: number,
  matrix: Float32Array,
): void {
  for (let n = 0; n < count; n++) {
    const i = active[xFrom + n]!;
    const factor = rate * x[xFrom + i]!;
    const row = i * outputs;
    for (let j = 0; j < outputs; j++) matrix[row + j]! += factor * d[dFrom + j]!;
  }
}
