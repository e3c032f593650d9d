/**
 * Where one weight lies, and what one cell holds: a Mapping -> answers. For all weights of a block at once there is
 * src/ir/cells.ts.
 */
import { type BlockCells, cellsOf, firstWeight } from './cells.ts';
import {
  blockColumns,
  blockRows,
  blocksByArray,
  blocksByLayer,
  groupRows,
  lengthOf,
  type Mapping,
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

interface CellIndex {
  /** @returns undefined where no block is */
  readonly cellAt: (array: number, row: number, column: number) => Cell | undefined;
  /**
   * Part after part and repeat after repeat, the cells that hold a weight and no other: plus and minus of a pair, or the
   * cell beside a reference.
   * @param layer its index
   * @param weight its number in the order of the layer's integers
   */
  readonly cellsOfWeight: (layer: number, weight: number) => readonly Cell[];
}

/** Finds cells of a mapping. The rows and columns of a block are worked out when it is first met, and kept. */
export function indexCells(mapping: Mapping): CellIndex {
  const { layers, blocks } = mapping;
  const onArray = blocksByArray(mapping);
  const ofLayer = blocksByLayer(mapping);
  const known: BlockCells[] = [];
  const cellsIn = (index: number): BlockCells => {
    const block = blocks[index]!;
    known[index] ??= cellsOf(block, layers[block.layer]!.encoding);
    return known[index];
  };
  const describe = (index: number, row: number, column: number): Cell => {
    const block = blocks[index]!;
    const { array, layer, slice, copy } = block;
    const { node, encoding, copies } = layers[layer]!;
    const { rows, added, subtracted, signs } = cellsIn(index);
    const own = added.indexOf(column);
    // A reference column is no logical column's own.
    const logical = own >= 0 || encoding === 'offset' ? own : subtracted.indexOf(column);
    const side = own >= 0 ? 1 : -1;
    const line = rows.indexOf(row);
    const width = lengthOf(block.columns);
    const inGroup = logical >= 0 && Math.floor(logical / width) === Math.floor(line / groupRows(block));
    return {
      ...{ array, row, column, block: index, layer, slice, copy, part: slice * copies + copy },
      sign: logical >= 0 ? (signs[logical] === side ? 1 : -1) : encoding === 'offset' ? -1 : 0,
      ...(inGroup && { weight: firstWeight(block, node, line) + (logical % width) }),
    };
  };
  return {
    cellAt(array, row, column) {
      const index = onArray[array]?.find((i) => {
        const block = blocks[i]!;
        const width = blockColumns(block, layers[block.layer]!.encoding);
        return isIn(block.row, blockRows(block), row) && isIn(block.column, width, column);
      });
      return index === undefined ? undefined : describe(index, row, column);
    },
    cellsOfWeight(layer, weight) {
      const { node, encoding } = layers[layer]!;
      const [input, column] = [Math.floor(weight / node.columns), weight % node.columns];
      const [group, row] = [Math.floor(input / node.rows), input % node.rows];
      return ofLayer[layer]!.flatMap((index) => {
        const { groups, rows, columns, repeats } = blocks[index]!;
        const [height, width] = [lengthOf(rows), lengthOf(columns)];
        const [own, down, across] = [group - groups.start, row - rows.start, column - columns.start];
        if (!isIn(0, lengthOf(groups), own) || !isIn(0, height, down) || !isIn(0, width, across)) return [];
        const cells = cellsIn(index);
        const sides = encoding === 'differential' ? [cells.added, cells.subtracted] : [cells.added];
        return Array.from(
          { length: repeats },
          (_, repeat) => (own * repeats + repeat) * height + down,
        ).flatMap((logical) =>
          sides.map((side) => describe(index, cells.rows[logical]!, side[own * width + across]!)),
        );
      });
    },
  };
}

const isIn = (first: number, count: number, at: number): boolean => first <= at && at < first + count;
