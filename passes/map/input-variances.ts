/** What drives the rows of a matrix: input numbers of calibration vectors, and how much each row's vary. */
import type { LayerRecord } from '../../src/ir/calibration-record.ts';
import { inputNumber } from '../../src/ir/input-codes.ts';
import { evenlySpread } from '../../src/math/evenly-spread.ts';

/** Calibration vectors that are looked at, of all uses of a matrix together. */
const vectorsUsed = 256;

/** Input numbers, code - zero, [vector][row]. */
export function inputsOf(records: readonly LayerRecord[], width: number): Int32Array {
  const most = Math.max(1, Math.floor(vectorsUsed / records.length));
  const used = records.flatMap((record) =>
    evenlySpread(record.count, most).map((vector) => ({ record, vector })),
  );
  const inputs = new Int32Array(used.length * width);
  for (const [at, { record, vector }] of used.entries())
    for (let row = 0; row < width; row++)
      inputs[at * width + row] = inputNumber(record.vectors[vector * width + row]!, record.quantization);
  return inputs;
}

/** Variance of every row's, of numbers [vector][row], one part after the other. */
export function variancesOf(parts: readonly ArrayLike<number>[], width: number): Float64Array {
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  let count = 0;
  for (const part of parts) {
    count += part.length / width;
    for (let at = 0; at < part.length; ) {
      for (let row = 0; row < width; row++, at++) {
        sums[row]! += part[at]!;
        squares[row]! += part[at]! ** 2;
      }
    }
  }
  const mean = (sum: number) => (count === 0 ? 0 : sum / count);
  return squares.map((square, row) => Math.max(0, mean(square) - mean(sums[row]!) ** 2));
}
