/** The cells that hold the logical columns and rows of a layer's tiles, in whatever order these lie. */
import type { CrossbarLayer, Tile } from '../ir/crossbar.ts';

/** Columns of cells that one logical column takes, in its tile's array. */
export interface ColumnCells {
  /** What a pair's converter adds, and what it subtracts. */
  readonly added: number;
  readonly subtracted: number;
  /** Plus and minus are exchanged. */
  readonly flipped: boolean;
}

/**
 * @param logical number of the column in its tile
 * @param index its number among the columns of all tiles
 */
export function columnCells(layer: CrossbarLayer, tile: Tile, logical: number, index: number): ColumnCells {
  const place = layer.columnPlaces?.[index] ?? logical;
  if (layer.encoding === 'differential') {
    const added = tile.column + 2 * place;
    return { added, subtracted: added + 1, flipped: layer.columnSigns?.[index] === -1 };
  }
  return { added: tile.column + place, subtracted: tile.column + logicalColumns(tile), flipped: false };
}

/** Row of cells, in the tile's array, that holds a logical row of the tile. @param first number of the tile's first row among all */
export function cellRow({ rowPlaces }: CrossbarLayer, tile: Tile, row: number, first: number): number {
  return tile.row + (rowPlaces?.[first + row] ?? row);
}

/** Logical columns of a tile. */
export function logicalColumns(tile: Tile): number {
  return (tile.groupEnd - tile.groupStart) * (tile.columnEnd - tile.columnStart);
}

/** Logical rows of a tile. */
function logicalRows(tile: Tile): number {
  return (tile.groupEnd - tile.groupStart) * (tile.rowEnd - tile.rowStart);
}

/** The number of every tile's first logical column among those of all tiles. */
export function firstColumns(tiles: readonly Tile[]): number[] {
  return firsts(tiles.map(logicalColumns));
}

/** The number of every tile's first logical row among those of all tiles. */
export function firstRows(tiles: readonly Tile[]): number[] {
  return firsts(tiles.map(logicalRows));
}

function firsts(counts: readonly number[]): number[] {
  let next = 0;
  return counts.map((count) => {
    const first = next;
    next += count;
    return first;
  });
}
