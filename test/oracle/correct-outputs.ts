/** Corrections of a chip, one output at a time in doubles: gain y + bias + sum over r of C[o][r] (sum over rows of U[r][row] x[row]). */
import type { ColumnCorrection } from '../../src/column-correction.ts';
import type { CrossbarLayer } from '../../src/ir/crossbar.ts';
import type { InputCodes } from '../../src/ir/input-codes.ts';

/**
 * @param outputs of one MVM, as the chip alone gives them
 * @param codes of its inputs, [groups * rows], signed ones as two's complement
 */
export function correctOutputs(
  { groups, rows, columns, quantization: { scale, zero, signed, bits } }: CrossbarLayer,
  { gain, bias, terms }: ColumnCorrection,
  outputs: Float64Array,
  codes: InputCodes,
): Float64Array {
  const real = (code: number) =>
    scale * ((signed && code >= 2 ** (bits - 1) ? code - 2 ** bits : code) - zero);
  return outputs.map((y, o) => {
    let value = gain[o]! * y + bias[o]!;
    const group = Math.floor(o / columns);
    if (group >= groups) throw new Error('more outputs than columns');
    for (let r = 0; r < (terms?.rank ?? 0); r++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        const weight = terms!.directions?.[(group * terms!.rank + r) * rows + row] ?? 1;
        sum += weight * real(codes[group * rows + row]!);
      }
      value += terms!.coefficients[o * terms!.rank + r]! * sum;
    }
    return value;
  });
}
