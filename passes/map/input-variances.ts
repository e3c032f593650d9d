/** What drives the rows of a matrix: input numbers of calibration vectors, and how much each row's vary. */
import type { LayerRecord } from '../../src/calibration-record.ts';
import { evenlySpread } from '../../src/evenly-spread.ts';

/** Calibration vectors that are looked at, of all uses of a matrix together. */
const vectorsUsed = 256;

/** Input numbers, code - zero, [vector][row]. */
export function inputsOf(records: readonly LayerRecord[], width: number): Int16Array {
  const most = Math.max(1, Math.floor(vectorsUsed / records.length));
  const used = records.flatMap((record) =>
    evenlySpread(record.count, most).map((vector) => ({ record, vector })),
  );
  const inputs = new Int16Array(used.length * width);
  used.forEach(({ record: { vectors, quantization }, vector }, at) => {
    for (let row = 0; row < width; row++) {
      const code = vectors[vector * width + row]!;
      inputs[at * width + row] = (quantization.signed && code > 127 ? code - 256 : code) - quantization.zero;
    }
  });
  return inputs;
}

/** Variance of every row's. */
export function variancesOf(inputs: Int16Array, width: number): Float64Array {
  const count = inputs.length / width;
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let at = 0; at < inputs.length; at++) {
    sums[at % width]! += inputs[at]!;
    squares[at % width]! += inputs[at]! ** 2;
  }
  return squares.map((square, row) => Math.max(0, square / count - (sums[row]! / count) ** 2));
}
