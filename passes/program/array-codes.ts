/**
 * The level codes of one array as a mapping has them, cell by cell, and which columns are taken from which: what
 * src/wires/predistort.ts works on.
 */
import { blockRows, blockWeightColumns, type Mapping } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import type { CodedArray, ColumnSum } from '../../src/wires/predistort.ts';
import { codesOf, segmentsOf } from './array-segments.ts';

/** Array after array. */
export function* codedArrays(mapping: Mapping, target: Target): Generator<CodedArray> {
  const byArray: number[][] = Array.from({ length: mapping.arrays }, () => []);
  for (const [index, block] of mapping.blocks.entries()) byArray[block.array]!.push(index);
  for (const blocks of byArray) yield codedArray(mapping, blocks, target);
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
  const width = blockWeightColumns(block);
  const differential = encoding === 'differential';
  // What reading back or a transfer decides is not told to the cells as a level.
  const fixed = residual || target.hidden !== undefined;
  return Array.from({ length: width }, (_, column) => {
    const place = block.places?.place[column] ?? column;
    return {
      block: index,
      added: block.column + (differential ? 2 * place : place),
      subtracted: block.column + (differential ? 2 * place + 1 : width),
      startRow: block.row,
      endRow: block.row + blockRows(block),
      moves: fixed ? 'none' : differential ? 'both' : 'added',
    };
  });
}
