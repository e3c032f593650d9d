/**
 * What wires make of an array that differs little from one that was solved: that, and what the change comes to in the quick model of
 * wires, which is good at changes. A thousandth of the price of solving it.
 */
import { ladderModel } from './ladder-model.ts';
import type { Wires } from './network.ts';

/**
 * @param cells of the array (S), [row][column]
 * @param like the other's cells, and what columns see of them
 * @param shape with the rows that conduct together
 * @returns what columns see of the cells; of equal cells the same
 */
export function throughLike(
  cells: Float32Array,
  like: { readonly cells: Float32Array; readonly through: Float32Array },
  shape: Parameters<typeof ladderModel>[1],
  wires: Wires,
): Float32Array {
  const model = (of: Float32Array) => ladderModel(Float64Array.from(of), shape, wires);
  const [before, after] = [model(like.cells), model(cells)];
  return like.through.map((g, cell) => Math.max(0, g + (after[cell]! - before[cell]!)));
}
