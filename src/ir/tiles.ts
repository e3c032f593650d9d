/** The blocks of a layer as the tiles and tables of its crossbar node, and back. */
import { defined } from '../defined.ts';
import type { Placement } from './cells.ts';
import type { CrossbarLayer } from './crossbar.ts';
import { blockRows, blockWeightColumns } from './mapping.ts';

type Tables = Pick<CrossbarLayer, 'tiles' | 'columnPlaces' | 'columnSigns' | 'rowPlaces'>;

/** @param blocks with their numbers in the package. Of columns or rows that all lie in order there are no tables. */
export function tilesOf(blocks: readonly (readonly [number: number, block: Placement])[]): Tables {
  const tiles = blocks.map(([block, { array, row, column, groups, rows, columns, slice, copy }]) => ({
    ...{ block, array, row, column },
    ...{ groupStart: groups.start, groupEnd: groups.end },
    ...{ rowStart: rows.start, rowEnd: rows.end, columnStart: columns.start, columnEnd: columns.end },
    ...{ slice, copy },
  }));
  const tableOf = (valuesOf: (block: Placement) => Iterable<number>) =>
    blocks.flatMap(([, block]) => [...valuesOf(block)]);
  const inOrder = (count: number) => Array.from({ length: count }, (_, i) => i);
  return {
    tiles,
    ...(blocks.some(([, { places }]) => places) && {
      columnPlaces: Int32Array.from(tableOf((b) => b.places?.place ?? inOrder(blockWeightColumns(b)))),
      columnSigns: Int8Array.from(
        tableOf((b) => inOrder(blockWeightColumns(b)).map((j) => (b.places?.flipped[j] ? -1 : 1))),
      ),
    }),
    ...(blocks.some(([, { rowPlaces }]) => rowPlaces) && {
      rowPlaces: Int32Array.from(tableOf((b) => b.rowPlaces ?? inOrder(blockRows(b)))),
    }),
  };
}

/** Tile after tile; with tables, columns and rows have places even where they lie in order. */
export function placementsOf({
  tiles,
  repeats,
  columnPlaces,
  columnSigns,
  rowPlaces,
}: Tables & Pick<CrossbarLayer, 'repeats'>): Placement[] {
  let [row, column] = [0, 0];
  return tiles.map((tile): Placement => {
    const { array, slice, copy } = tile;
    const block = {
      ...{ array, row: tile.row, column: tile.column, slice, copy },
      groups: { start: tile.groupStart, end: tile.groupEnd },
      rows: { start: tile.rowStart, end: tile.rowEnd },
      columns: { start: tile.columnStart, end: tile.columnEnd },
      repeats,
    };
    const [firstRow, firstColumn] = [row, column];
    row += blockRows(block);
    column += blockWeightColumns(block);
    const place = columnPlaces?.slice(firstColumn, column);
    const signs = columnSigns?.subarray(firstColumn, column);
    const places = place && signs && { place, flipped: Uint8Array.from(signs, (sign) => (sign < 0 ? 1 : 0)) };
    return { ...block, ...defined({ places, rowPlaces: rowPlaces?.slice(firstRow, row) }) };
  });
}
