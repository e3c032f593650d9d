/** The columns of cells that hold the logical columns of a layer's tiles, wherever they were put around faulty cells. */
import type { CrossbarLayer, Tile } from '../package/crossbar.ts';

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

/** Logical columns of a tile. */
export function logicalColumns(tile: Tile): number {
  return (tile.groupEnd - tile.groupStart) * (tile.columnEnd - tile.columnStart);
}

/** The number of every tile's first logical column among those of all tiles. */
export function firstColumns(tiles: readonly Tile[]): number[] {
  let next = 0;
  return tiles.map((tile) => {
    const first = next;
    next += logicalColumns(tile);
    return first;
  });
}
