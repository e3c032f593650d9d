/**
 * Blocks of every layer that tell what cells and wires do to it: some tiles of columns, and of their tiles of rows two where wires
 * have to be solved. The other blocks are like them, and every array that need not be solved saves a tenth of a second, so that tiles
 * are those of one array then.
 */
import { blocksByLayer, type Mapping, type PlacedBlock } from '../../src/ir/mapping.ts';
import { evenlySpread } from '../../src/math/evenly-spread.ts';

/** Blocks of one layer, by their numbers in the mapping, without copies. */
export interface LayerSample {
  readonly layer: number;
  /** Blocks that have their columns in common. */
  readonly tiles: readonly (readonly number[])[];
}

/** Tiles of columns that are looked at: those of grouped layers have few columns each. */
const [columnTiles, denseTiles] = [32, 8];
const rowTiles = 2;

/**
 * @param few whether every array costs
 * @param layers numbers of the layers to be looked at. Default: all
 */
export function sampleLayers(
  mapping: Mapping,
  few: boolean,
  layers: Iterable<number> = mapping.layers.keys(),
): LayerSample[] {
  const byLayer = blocksByLayer(mapping);
  return [...layers].map((layer) => ({ layer, tiles: sampleOf(mapping.blocks, byLayer[layer]!, few) }));
}

/** Numbers of the arrays that samples lie on, every one once. */
export function arraysOf(samples: readonly LayerSample[], { blocks }: Mapping): number[] {
  return [...new Set(samples.flatMap(({ tiles }) => tiles.flat().map((block) => blocks[block]!.array)))];
}

function sampleOf(blocks: readonly PlacedBlock[], own: readonly number[], few: boolean): number[][] {
  const tiles = new Map<string, number[]>();
  for (const number of own) {
    const { copy, groups, columns } = blocks[number]!;
    if (copy > 0) continue;
    const key = `${groups.start} ${columns.start}`;
    const tile = tiles.get(key) ?? [];
    tiles.set(key, tile);
    tile.push(number);
  }
  const all = [...tiles.values()];
  const most = own.some((number) => blocks[number]!.groups.end > 1) ? columnTiles : denseTiles;
  if (!few) return evenlySpread(all.length, most).map((tile) => all[tile]!);
  const middle = someRows(blocks, all[all.length >> 1]!);
  const arrays = new Set(middle.map((number) => blocks[number]!.array));
  const near = all
    .map((tile) => someRows(blocks, tile))
    .filter((tile) => tile.every((number) => arrays.has(blocks[number]!.array)));
  return evenlySpread(near.length, columnTiles).map((tile) => near[tile]!);
}

/** Of a tile of columns, what lies in some of the tiles of rows. */
function someRows(blocks: readonly PlacedBlock[], tile: readonly number[]): number[] {
  const starts = [...new Set(tile.map((number) => blocks[number]!.rows.start))];
  const wanted = new Set(evenlySpread(starts.length, rowTiles).map((i) => starts[i]!));
  return tile.filter((number) => wanted.has(blocks[number]!.rows.start));
}
