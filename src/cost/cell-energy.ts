/**
 * Energy that the cells of a layer take, by what they conduct and how their rows are driven:
 *
 *   E = t vRead^2 sum over drives and rows of (digit / highest digit)^2 sum over the cells of the row of G
 *
 * with t the time in which currents settle, and the squares of the digits on average over the calibration vectors. Cells hold
 * their levels as they are told, and those that no weight uses what is left in them.
 */
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import { digitsOfRow, inputOf } from '../ir/cells.ts';
import type { QuantizedMvmNode } from '../ir/graph.ts';
import { codingOf, inputPlanes, splitCodes } from '../ir/input-planes.ts';
import { blockColumns, blockRows, lengthOf, type PlacedBlock, type SlicedLayer } from '../ir/mapping.ts';
import { levelConductance } from '../target/cell.ts';
import type { Target } from '../target/target.ts';

/** Of one inference (J). @param settle time in which currents settle (s) */
export function cellEnergy(
  layer: SlicedLayer,
  blocks: readonly PlacedBlock[],
  record: CalibrationRecord,
  target: Pick<Target, 'cell' | 'driver'>,
  settle: number,
): number {
  const squares = squaresOfInputs(layer, record, target.driver);
  let sum = 0;
  for (const block of blocks) {
    for (let row = 0; row < blockRows(block); row++)
      sum += squares[inputOf(block, layer.node, row)]! * rowConductance(block, layer, row, target.cell);
  }
  return settle * target.driver.vRead ** 2 * sum;
}

/** By input, [group][row]: sum over all drives of one inference of the squared share of the read voltage. */
export function squaresOfInputs(
  { node, uses, inputNumbers }: SlicedLayer,
  { layers }: CalibrationRecord,
  driver: Pick<Target['driver'], 'bits' | 'polarity'>,
): Float64Array {
  const inputs = node.groups * node.rows;
  const sum = new Float64Array(inputs);
  for (const { output, quantization } of uses) {
    const { positions, vectors, count } = layers.get(output)!;
    const coding = codingOf(quantization, inputNumbers, driver.polarity);
    const codes = splitCodes(vectors, quantization, coding);
    const highest = 2 ** driver.bits - 1;
    for (const { bit, width, plus, minus } of inputPlanes(quantization, coding, driver.bits))
      for (const part of [plus, minus])
        if (part !== undefined)
          addSquares(sum, codes[part]!, { bit, mask: 2 ** width - 1 }, positions / count / highest ** 2);
  }
  return sum;
}

interface Digit {
  readonly bit: number;
  readonly mask: number;
}

function addSquares(sum: Float64Array, codes: ArrayLike<number>, { bit, mask }: Digit, weight: number): void {
  const inputs = sum.length;
  for (let i = 0; i < codes.length; i++) {
    const digit = (codes[i]! >> bit) & mask;
    sum[i % inputs]! += weight * digit * digit;
  }
}

/** Conductances of one logical row of a block, added up (S). */
function rowConductance(
  block: PlacedBlock,
  layer: SlicedLayer & { readonly node: QuantizedMvmNode },
  row: number,
  cell: Target['cell'],
): number {
  const { encoding, levelStep, radix } = layer;
  const digits = digitsOfRow(block, layer, row);
  const centre = (radix - 1) / 2;
  const width = lengthOf(block.columns);
  const own = Math.floor(row / (blockRows(block) / lengthOf(block.groups))) * width;
  let sum = 0;
  for (const [j, digit] of digits.entries()) {
    if (encoding === 'differential')
      sum += levelConductance(cell, Math.abs(digit) * levelStep) + levelConductance(cell, 0);
    else {
      const sign = block.places?.flipped[own + j] ? -1 : 1;
      sum += levelConductance(cell, (sign * digit + centre) * levelStep);
    }
  }
  const held = encoding === 'differential' ? 2 * width : width + 1;
  if (encoding === 'offset') sum += levelConductance(cell, centre * levelStep);
  const idle = cell.unused === 'reset' ? cell.gMin : cell.gUnformed;
  return sum + idle * (blockColumns(block, encoding) - held);
}
