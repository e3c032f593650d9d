/**
 * Which cells hold the weights of a block: the place of a block -> rows and columns of its array. Nothing else says how
 * pairs, reference columns, groups, moved columns and exchanged rows become addresses.
 *
 * Logical rows and columns of a block are counted from its first, group after group, and repeat after repeat of a group's rows. `cellsOf` has tables by them, and
 * `weightRows` goes through the weights row by row, as the cells lie. Both make nothing for single cells, of which a
 * network has tens of millions; src/ir/cell-index.ts answers for one weight or one cell, and leads back.
 */
import type { QuantizedMvmNode } from './graph.ts';
import {
  blockRows,
  blockWeightColumns,
  digitsOf,
  type Encoding,
  groupRows,
  lengthOf,
  type PlacedBlock,
  type SlicedLayer,
} from './mapping.ts';

/** A block with its place, of a mapping or of a package (tiles.ts). */
export type Placement = Omit<PlacedBlock, 'layer' | 'spare'>;

/** Shape of the matrices of a layer's groups. */
export type MatrixShape = Pick<QuantizedMvmNode, 'rows' | 'columns'>;

/** Cells of a block, as rows and columns of its array. */
export interface BlockCells {
  /** By logical row. */
  readonly rows: Int32Array;
  /** By logical column, what its converter adds: the first column of a pair, or the one beside a reference. */
  readonly added: Int32Array;
  /** By logical column, what is subtracted: the second of the pair, or the block's reference column. */
  readonly subtracted: Int32Array;
  /** By logical column: -1 where plus and minus are exchanged, so that the difference is the negative; else 1. */
  readonly signs: Int8Array;
}

export function cellsOf(block: Placement, encoding: Encoding): BlockCells {
  const { column, places } = block;
  const logical = blockWeightColumns(block);
  const paired = encoding === 'differential';
  const added = Int32Array.from(
    { length: logical },
    (_, j) => column + (paired ? 2 : 1) * (places?.place[j] ?? j),
  );
  return {
    rows: rowsOfCells(block),
    added,
    subtracted: added.map((first) => (paired ? first + 1 : column + logical)),
    signs: Int8Array.from({ length: logical }, (_, j) => (places?.flipped[j] ? -1 : 1)),
  };
}

/** Rows of the array, by logical row. */
export function rowsOfCells(block: Placement): Int32Array {
  const { row, rowPlaces } = block;
  return Int32Array.from({ length: blockRows(block) }, (_, r) => row + (rowPlaces?.[r] ?? r));
}

/** Logical rows, by row of cells counted from the block's first. */
export function logicalRows(block: Placement): Int32Array {
  const logical = new Int32Array(blockRows(block));
  for (const [own, row] of rowsOfCells(block).entries()) logical[row - block.row] = own;
  return logical;
}

/** The layer's input, [group][row], that drives a logical row of a block: it drives all repeats of its row. */
export function inputOf(
  block: Pick<Placement, 'groups' | 'rows' | 'repeats'>,
  matrix: Pick<MatrixShape, 'rows'>,
  row: number,
): number {
  return firstInput(block, matrix, Math.floor(row / groupRows(block))) + (row % lengthOf(block.rows));
}

/** The layer's input that drives the first row of a group. @param own counted from the block's first group */
export function firstInput(
  { groups, rows }: Pick<Placement, 'groups' | 'rows'>,
  matrix: Pick<MatrixShape, 'rows'>,
  own: number,
): number {
  return (groups.start + own) * matrix.rows + rows.start;
}

/** The layer's output, [group][column], that a logical column of a block adds to. */
export function outputOf({ groups, columns }: Placement, matrix: MatrixShape, column: number): number {
  const width = lengthOf(columns);
  return (groups.start + Math.floor(column / width)) * matrix.columns + columns.start + (column % width);
}

/** Number of the first weight of a logical row, in the order of the layer's integers: its group's others follow. */
export function firstWeight(block: Placement, matrix: MatrixShape, row: number): number {
  return inputOf(block, matrix, row) * matrix.columns + block.columns.start;
}

/** Digits of the weights of a logical row: see `digitsOf`. */
export function digitsOfRow(block: Placement, layer: SlicedLayer, row: number): Int8Array {
  return digitsOf(layer, block, firstWeight(block, layer.node, row), lengthOf(block.columns));
}

/** Pairs of cells side by side, or single cells beside a reference, that hold weights of one group. */
export interface Run {
  /** First column of cells, in the array. */
  readonly column: number;
  /** From the left: which of a row's weights lies there, and -1 where plus and minus are exchanged, else 1. */
  readonly weights: Int32Array;
  readonly signs: Int8Array;
  /** All weights of a row are here, in order and none exchanged. */
  readonly inOrder: boolean;
}

/** The weights of one logical row. */
export interface WeightRow {
  /** Row of cells, in the array. */
  readonly row: number;
  /** Number of the first weight, in the order of the layer's integers. */
  readonly first: number;
  /** Where the weights lie, from the left. */
  readonly runs: readonly Run[];
}

/** The weights of a block, logical row by logical row. */
export function* weightRows(
  block: Placement,
  { node, encoding }: Pick<SlicedLayer, 'node' | 'encoding'>,
): Generator<WeightRow, void, undefined> {
  const cells = cellsOf(block, encoding);
  const height = groupRows(block);
  const pitch = encoding === 'differential' ? 2 : 1;
  let runs: readonly Run[] = [];
  for (const [logical, row] of cells.rows.entries()) {
    if (logical % height === 0) runs = runsOf(block, logical / height, cells, pitch);
    yield { row, first: firstWeight(block, node, logical), runs };
  }
}

/** @param group counted from the block's first */
function runsOf(block: Placement, group: number, { added, signs }: BlockCells, pitch: number): Run[] {
  const { columns, places } = block;
  const first = group * lengthOf(columns);
  const order = Int32Array.from({ length: lengthOf(columns) }, (_, weight) => weight);
  const columnOf = (weight: number) => added[first + weight]!;
  if (places) order.sort((a, b) => columnOf(a) - columnOf(b));
  const runs: Run[] = [];
  for (let start = 0, end = 1; start < order.length; start = end++) {
    while (end < order.length && columnOf(order[end]!) === columnOf(order[end - 1]!) + pitch) end++;
    const weights = order.subarray(start, end);
    const own = Int8Array.from(weights, (weight) => signs[first + weight]!);
    runs.push({ column: columnOf(weights[0]!), weights, signs: own, inOrder: !places });
  }
  return runs;
}

/** Numbers of a row's weights as the cells of a run hold them, negated where exchanged; the same array where all are in order. */
export function alongRun<T extends Int8Array | Int16Array>({ weights, signs, inOrder }: Run, values: T): T {
  if (inOrder) return values;
  const own = values.slice(0, weights.length) as T;
  for (let i = 0; i < own.length; i++) own[i] = signs[i]! * values[weights[i]!]!;
  return own;
}
