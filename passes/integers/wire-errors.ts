/**
 * What the wires of rows do to the difference of two columns: the one further from the driver gets less of the current that both
 * have in common. Of a row of C cells that conduct g, with segments of r, column p gets
 *
 *   r g (C - p)^2 / 2 more than the last one, and r g (C - p) more than the next, as shares of its current; driven from both
 *   ends r g p (C - p) / 2 and r g (C - 2 p) / 2
 *
 * to first order in r g C^2. Means over the columns of their squares are below. What the wires of columns take is the same for
 * neighbours, and what is proportional to a column's sum is made up for by its gain.
 */
import type { SlicedLayer } from '../../src/ir/mapping.ts';
import { levelStepOf, type Target } from '../../src/target/target.ts';

/**
 * @param columns of cells in the layer's blocks, the reference column among them
 * @returns mean square of the difference that a unit input leaves, in digit steps squared
 */
export function wireError(
  { encoding, radix, levelStep }: SlicedLayer,
  target: Target,
  columns: number,
): number {
  const { cell, wires } = target;
  if (!wires) return 0;
  const digitStep = levelStep * levelStepOf(cell);
  const most = (radix - 1) / 2;
  const beside = encoding === 'offset';
  // Of a pair one cell holds the digit, which is a quarter of the largest on average.
  const common = cell.gUseMin + (beside ? most : most / 8) * digitStep;
  const drop = wires.rowSegment * common;
  const one = wires.sides === 'one';
  const share = beside
    ? (drop ** 2 * columns ** 4) / (one ? 20 : 120)
    : (drop ** 2 * columns ** 2) / (one ? 3 : 12);
  return Math.min(1, share) * (common / digitStep) ** 2;
}
