/**
 * Where one weight lies, and what one cell holds: a Mapping -> answers. For all weights of a block at once there is
 * src/ir/cells.ts.
 */
import { type BlockCells, cellsOf, firstWeight, logicalRows } from './cells.ts';
import {
  blockColumns,
  blockRows,
  blocksByArray,
  type Encoding,
  lengthOf,
  type Mapping,
  type PlacedBlock,
  type SlicedLayer,
  type Span,
} from './mapping.ts';

/** A cell of a block, and what it holds. */
export interface Cell {
  readonly array: number;
  readonly row: number;
  readonly column: number;
  /** Index of the block, and of its layer. */
  readonly block: number;
  readonly layer: number;
  readonly slice: number;
  readonly copy: number;
  /** Number of this copy of this slice among the parts of a weight. */
  readonly part: number;
  /** With what sign its conductance counts in a digit: -1 for minus and reference columns; 0 for a spare column. */
  readonly sign: -1 | 0 | 1;
  /**
   * Number of the weight, in the order of the layer's integers. Absent where there is none: in reference columns, spare
   * ones, and off the diagonal of a block with several groups.
   */
  readonly weight?: number;
}

export interface CellIndex {
  /** @returns undefined where no block is */
  readonly cellAt: (array: number, row: number, column: number) => Cell | undefined;
  /**
   * Part after part, the cells that hold a weight and no other: plus and minus of a pair, or the cell beside a reference.
   * @param layer its index
   * @param weight its number in the order of the layer's integers
   */
  readonly cellsOfWeight: (layer: number, weight: number) => readonly Cell[];
}

/** Finds cells of a mapping. The tables of a block are made when it is first met, and kept. */
export function indexCells(mapping: Mapping): CellIndex {
  const { layers, blocks } = mapping;
  const onArray = blocksByArray(mapping);
  const ofLayer: number[][] = layers.map(() => []);
  for (const [index, { layer }] of blocks.entries()) ofLayer[layer]!.push(index);
  const opened: BlockTables[] = [];
  const tablesOf = (index: number): BlockTables => {
    const block = blocks[index]!;
    opened[index] ??= blockTables(block, layers[block.layer]!.encoding);
    return opened[index];
  };
  const describe = (index: number, row: number, column: number): Cell => {
    const block = blocks[index]!;
    const { array, layer, slice, copy } = block;
    const { node, encoding, copies } = layers[layer]!;
    const { cells, rows, columns } = tablesOf(index);
    const r = rows[row - block.row]!;
    const c = columns[column - block.column]!;
    const isReference = encoding === 'offset' && column === cells.subtracted[0];
    const side = column === cells.added[c] ? 1 : -1;
    const width = lengthOf(block.columns);
    const inGroup = c >= 0 && Math.floor(c / width) === Math.floor(r / lengthOf(block.rows));
    return {
      ...{ array, row, column, block: index, layer, slice, copy, part: slice * copies + copy },
      sign: isReference ? -1 : c < 0 ? 0 : cells.signs[c] === side ? 1 : -1,
      ...(inGroup && { weight: firstWeight(block, node, r) + (c % width) }),
    };
  };
  return {
    cellAt(array, row, column) {
      const index = onArray[array]?.find((i) => covers(blocks[i]!, layers, row, column));
      return index === undefined ? undefined : describe(index, row, column);
    },
    cellsOfWeight(layer, weight) {
      const { node, encoding } = layers[layer]!;
      const [input, column] = [Math.floor(weight / node.columns), weight % node.columns];
      const [group, row] = [Math.floor(input / node.rows), input % node.rows];
      return ofLayer[layer]!.flatMap((index) => {
        const { groups, rows, columns } = blocks[index]!;
        if (!isIn(groups, group) || !isIn(rows, row) || !isIn(columns, column)) return [];
        const { cells } = tablesOf(index);
        const own = group - groups.start;
        const line = cells.rows[own * lengthOf(rows) + row - rows.start]!;
        const logical = own * lengthOf(columns) + column - columns.start;
        const sides = encoding === 'differential' ? [cells.added, cells.subtracted] : [cells.added];
        return sides.map((side) => describe(index, line, side[logical]!));
      });
    },
  };
}

const isIn = ({ start, end }: Span, at: number): boolean => start <= at && at < end;

function covers(block: PlacedBlock, layers: readonly SlicedLayer[], row: number, column: number): boolean {
  const [down, across] = [row - block.row, column - block.column];
  const { encoding } = layers[block.layer]!;
  return down >= 0 && down < blockRows(block) && across >= 0 && across < blockColumns(block, encoding);
}

/** Tables of one block, both ways. */
interface BlockTables {
  readonly cells: BlockCells;
  /** Logical row and column, by those of cells, counted from the block's first; -1 for no logical column. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

function blockTables(block: PlacedBlock, encoding: Encoding): BlockTables {
  const cells = cellsOf(block, encoding);
  const columns = new Int32Array(blockColumns(block, encoding)).fill(-1);
  for (const side of encoding === 'differential' ? [cells.added, cells.subtracted] : [cells.added])
    for (const [logical, column] of side.entries()) columns[column - block.column] = logical;
  return { cells, rows: logicalRows(block), columns };
}
