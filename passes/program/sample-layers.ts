/**
 * A few blocks of every layer, which tell what wires and cells do to it: one tile of columns, and of its tiles of rows two. The
 * other blocks are like them, and every array that need not be solved saves a tenth of a second.
 */
import { blocksByLayer, type Mapping, type PlacedBlock } from '../../src/ir/mapping.ts';
import { evenlySpread } from '../../src/math/evenly-spread.ts';

/** Blocks of one layer, by their numbers in the mapping; they have their columns in common. */
export interface LayerSample {
  readonly layer: number;
  readonly blocks: readonly number[];
}

const rowTiles = 2;

/** @param layers numbers of the layers to be looked at. Default: all */
export function sampleLayers(
  mapping: Mapping,
  layers: Iterable<number> = mapping.layers.keys(),
): LayerSample[] {
  const byLayer = blocksByLayer(mapping);
  return [...layers].map((layer) => ({ layer, blocks: sampleOf(mapping.blocks, byLayer[layer]!) }));
}

/** Numbers of the arrays that samples lie on, every one once. */
export function arraysOf(samples: readonly LayerSample[], { blocks }: Mapping): number[] {
  return [...new Set(samples.flatMap((sample) => sample.blocks.map((block) => blocks[block]!.array)))];
}

function sampleOf(blocks: readonly PlacedBlock[], own: readonly number[]): number[] {
  const first = own.filter((block) => blocks[block]!.copy === 0);
  const tiles = keysOf(first, (block) => columnTileOf(blocks[block]!));
  const tile = tiles[tiles.length >> 1]!;
  const beneath = first.filter((block) => columnTileOf(blocks[block]!) === tile);
  const starts = keysOf(beneath, (block) => blocks[block]!.rows.start);
  const wanted = new Set(evenlySpread(starts.length, rowTiles).map((i) => starts[i]!));
  return beneath.filter((block) => wanted.has(blocks[block]!.rows.start));
}

function keysOf<Key>(blocks: readonly number[], keyOf: (block: number) => Key): Key[] {
  return [...new Set(blocks.map(keyOf))];
}

const columnTileOf = ({ groups, columns }: PlacedBlock) => `${groups.start} ${columns.start}`;
