/**
 * The level codes of one array as a mapping has them, cell by cell, and which columns are taken from which: what
 * src/wires/predistort.ts works on.
 */
import { cellsOf } from '../../src/ir/cells.ts';
import { blockRows, blocksByArray, type Mapping } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import type { CodedArray, ColumnSum } from '../../src/wires/predistort.ts';
import { codesOf, segmentsOf } from './array-segments.ts';

/** Array after array. @param arrays their numbers. Default: all */
export function* codedArrays(
  mapping: Mapping,
  target: Target,
  arrays?: Iterable<number>,
): Generator<CodedArray> {
  const blocks = blocksByArray(mapping);
  for (const array of arrays ?? blocks.keys()) yield codedArray(mapping, blocks[array]!, target);
}

/** @param blocks indices of the blocks on the array */
function codedArray(mapping: Mapping, blocks: readonly number[], target: Target): CodedArray {
  const { rows, columns } = target.array;
  const codes = new Int16Array(rows * columns).fill(-1);
  for (const index of blocks)
    for (const segment of segmentsOf(mapping.blocks[index]!, mapping))
      codes.set(codesOf(segment), segment.row * columns + segment.column);
  return { codes, sums: blocks.flatMap((index) => sumsOf(mapping, index, target)) };
}

/** By logical column. */
function sumsOf({ layers, blocks }: Mapping, index: number, target: Target): ColumnSum[] {
  const block = blocks[index]!;
  const { encoding, residual } = layers[block.layer]!;
  // What reading back or a transfer decides is not told to the cells as a level.
  const fixed = residual || target.hidden !== undefined;
  const moves = fixed ? 'none' : encoding === 'differential' ? 'both' : 'added';
  const { added, subtracted } = cellsOf(block, encoding);
  return Array.from(added, (column, logical) => ({
    block: index,
    added: column,
    subtracted: subtracted[logical]!,
    startRow: block.row,
    endRow: block.row + blockRows(block),
    moves,
  }));
}
