/**
 * Products with a layer's matrix, [input][output]: x W forwards, d W^T backwards, and the update W += x^T d. Inputs that
 * are zero take no part: each function gets the list of those that are not. Four rows of the matrix run at once, because
 * outputs are then loaded and stored once for four products.
 */

import { rowsAtOnce } from '../kernels/matrix-rows.ts';
import type { Kernel } from '../kernels/wasm.ts';

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

/** One layer's matrix, and a batch on its way through it. */
export interface Products {
  readonly inputs: number;
  readonly outputs: number;
  /** Weights that lie here are multiplied in their place; others are copied to it before. */
  readonly matrix: Float32Array;
  /** [row of the batch][input]. */
  readonly x: Float32Array;
  /** Inputs that take part, [row of the batch][...]: those that are not zero. */
  readonly active: Int32Array;
  /** How many of them each row has. */
  readonly activeCount: Int32Array;
  /** [row of the batch][output]: the products, and what becomes of them. */
  readonly z: Float32Array;
  /** Gradients with respect to the products, [row of the batch][output]. */
  readonly d: Float32Array;
}

/**
 * z = scale * x W + bias for one row of the batch.
 * @param kernel in whose memory `matrix`, `x`, `active` and `z` lie, by `placeArrays`. Rows of z are written in their order:
 *   up to three numbers behind the end of one are spoilt.
 */
export function multiply(
  kernel: Kernel,
  { inputs, outputs, matrix, x, active, activeCount, z }: Products,
  { scale, bias }: { readonly scale: number; readonly bias: Float32Array },
  row: number,
): void {
  const [xFrom, zFrom, count] = [row * inputs, row * outputs, activeCount[row]!];
  z.fill(0, zFrom, zFrom + outputs);
  let n = count - (count % rowsAtOnce);
  if (n > 0) {
    const [xAt, zAt] = [x.byteOffset + 4 * xFrom, z.byteOffset + 4 * zFrom];
    const first = active.byteOffset + 4 * xFrom;
    kernel.run(xAt, zAt, first, first + 4 * n, matrix.byteOffset, 4 * outputs);
  }
  for (; n < count; n++) {
    const i = active[xFrom + n]!;
    const xi = x[xFrom + i]!;
    const from = i * outputs;
    for (let j = 0; j < outputs; j++) z[zFrom + j]! += xi * matrix[from + j]!;
  }
  for (let j = 0; j < outputs; j++) z[zFrom + j] = scale * z[zFrom + j]! + bias[j]!;
}

/** e = scale * d W^T for one row of the batch, [row of the batch][input], at the inputs that take part; the others keep what they hold. */
export function multiplyTransposed(
  { inputs, outputs, active, activeCount, d }: Products,
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
  { inputs, outputs, x, active, activeCount, d }: Products,
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
