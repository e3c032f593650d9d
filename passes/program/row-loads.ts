/**
 * How strongly calibration vectors drive the rows of a block, on the average over them: what noise of cells is multiplied by in
 * shift-and-add. Noise that the planes of a product have in common counts with the square of the sum of what they drive a row
 * with; what each plane has by itself, with the sum of their squares.
 */
import type { InputQuantization } from '../../src/ir/graph.ts';
import { numberRange } from '../../src/ir/input-codes.ts';
import { codingOf, inputPlanes } from '../../src/ir/input-planes.ts';
import type { SlicedLayer } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import { drivenBits } from './driven-planes.ts';

/** By row. */
export interface RowLoads {
  readonly together: Float64Array;
  readonly apart: Float64Array;
}

/**
 * @param driven input numbers, code - zero, [vector][row]
 * @param rows of a group
 */
export function rowLoads(
  driven: Float64Array,
  rows: number,
  quantization: InputQuantization,
  { inputNumbers }: Pick<SlicedLayer, 'inputNumbers'>,
  { bits, polarity }: Target['driver'],
): RowLoads {
  const coding = codingOf(quantization, inputNumbers, polarity);
  const planes = inputPlanes(quantization, coding, bits);
  const [least, most] = numberRange(quantization);
  const sums = new Float64Array(most - least + 1);
  const squares = new Float64Array(sums.length);
  for (let i = 0; i < sums.length; i++)
    for (const plane of planes) {
      const drive = (plane.weight * drivenBits(least + i, plane, quantization, coding)) / 2 ** plane.bit;
      sums[i]! += drive;
      squares[i]! += drive ** 2;
    }
  const loads = { together: new Float64Array(rows), apart: new Float64Array(rows) };
  const vectors = driven.length / rows;
  for (let at = 0; at < driven.length; at++) {
    const number = driven[at]! - least;
    loads.together[at % rows]! += sums[number]! ** 2 / vectors;
    loads.apart[at % rows]! += squares[number]! / vectors;
  }
  return loads;
}
