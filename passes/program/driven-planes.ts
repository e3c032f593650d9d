/**
 * How much conversions count in shift-and-add: of every plane of input bits the square of its weight, times the share of the
 * calibration vectors in which it drives any row. Without a driven row there is no current, which has a code of its own.
 */
import type { InputQuantization } from '../../src/ir/graph.ts';
import { codingOf, type InputPlane, inputPlanes } from '../../src/ir/input-planes.ts';
import type { SlicedLayer } from '../../src/ir/mapping.ts';
import { sumOf } from '../../src/math/sum.ts';
import type { Target } from '../../src/target/target.ts';

/**
 * @param driven input numbers, code - zero, [vector][row]
 * @param rows of a group
 */
export function drivenPlanes(
  driven: Float64Array,
  rows: number,
  quantization: InputQuantization,
  { inputNumbers }: Pick<SlicedLayer, 'inputNumbers'>,
  { bits, polarity }: Target['driver'],
): number {
  const coding = codingOf(quantization, inputNumbers, polarity);
  const vectors = driven.length / rows;
  /** What a row is driven by in a plane of that sign. */
  const partOf = (number: number, { weight }: InputPlane) => {
    if (coding === 'binary') return (number + quantization.zero) & (2 ** quantization.bits - 1);
    if (coding === 'bipolar') return Math.abs(number);
    return Math.max(0, Math.sign(weight) * number);
  };
  const planes = inputPlanes(quantization, coding, bits);
  return sumOf(
    planes.map((plane) => {
      const mask = (2 ** plane.width - 1) << plane.bit;
      let active = 0;
      for (let v = 0; v < vectors; v++) {
        let any = 0;
        for (let at = v * rows; at < (v + 1) * rows; at++) any |= partOf(driven[at]!, plane) & mask;
        if (any !== 0) active++;
      }
      return (plane.weight ** 2 * active) / vectors;
    }),
  );
}
