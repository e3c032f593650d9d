/**
 * The cells of a layer by what they add to its matrix: a crossbar node -> for every column of it, the cells that its outputs rest
 * on, each with its row of the matrix and the weight that a siemens of it is.
 */
import { cellsOf, inputOf, outputOf } from '../ir/cells.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { lengthOf } from '../ir/mapping.ts';
import { placementsOf } from '../ir/tiles.ts';

/** One entry per cell. */
export interface ColumnCells {
  readonly array: Int32Array;
  readonly cell: Int32Array;
  /** Row of its group's matrix. */
  readonly row: Int32Array;
  /** Integer weights per siemens. */
  readonly weight: Float64Array;
  /** 0 for a reference cell, which other columns share. */
  readonly free: Uint8Array;
}

type Side = readonly [column: number, sign: number, free: number];

/** By column of the layer, group after group. @param width columns of an array */
export function columnsOfCells(layer: CrossbarLayer, width: number): readonly ColumnCells[] {
  const { groups, rows, columns, slices, copies, repeats, encoding, radix } = layer;
  const perColumn = 2 * rows * slices * copies * repeats;
  const found = Array.from({ length: groups * columns }, () => ({
    array: new Int32Array(perColumn),
    cell: new Int32Array(perColumn),
    row: new Int32Array(perColumn),
    weight: new Float64Array(perColumn),
    free: new Uint8Array(perColumn),
    count: 0,
  }));
  for (const block of placementsOf(layer)) {
    const own = cellsOf(block, encoding);
    const perDigit = radix ** block.slice / layer.digitsPerOne / layer.digitStep;
    const across = lengthOf(block.columns);
    const down = repeats * lengthOf(block.rows);
    for (const [logical, column] of own.added.entries()) {
      const into = found[outputOf(block, layer, logical)]!;
      const first = Math.floor(logical / across) * down;
      const sides: readonly Side[] = [
        [column, own.signs[logical]!, 1],
        [own.subtracted[logical]!, -own.signs[logical]!, encoding === 'differential' ? 1 : 0],
      ];
      for (let line = first; line < first + down; line++) {
        for (const [at, sign, free] of sides) {
          const n = into.count++;
          into.array[n] = block.array;
          into.cell[n] = own.rows[line]! * width + at;
          into.row[n] = inputOf(block, layer, line) % rows;
          into.weight[n] = sign * perDigit;
          into.free[n] = free;
        }
      }
    }
  }
  return found;
}
