/**
 * Cuts every layer's matrix into tiles that fit one array, or the corner of one that the layer may fill: rows into evenly filled row
 * tiles, columns into column tiles, one block for every part: each slice as often as it is copied. Rows leave room for their repeats
 * below each other. Row tiles of a convolution end at whole input channels where a
 * channel fits an array, so that a tile is a convolution over a slice of the channels.
 */
import { type Fill, roomOf } from '../../src/ir/corner.ts';
import { type MvmNode, volumeOf } from '../../src/ir/graph.ts';
import { type Block, bundleOf, type SlicedLayer, type Span } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';

export const tile = {
  name: 'tile',
  run(layers: readonly SlicedLayer[], context: { readonly target: Target }): Block[] {
    return layers.flatMap((layer, index) => tileLayer(layer, index, context.target));
  },
};

function tileLayer(sliced: SlicedLayer, layer: number, target: Target): Block[] {
  const { node, repeats } = sliced;
  const rowTiles = rowSpans(node, sliced, target);
  const columnTiles = columnSpans(node, sliced, target);
  const blocks: Block[] = [];
  for (let group = 0; group < node.groups; group++) {
    for (const rows of rowTiles) {
      for (const columns of columnTiles) {
        for (let slice = 0; slice < sliced.slices; slice++) {
          for (let copy = 0; copy < sliced.copies; copy++) {
            const groups = { start: group, end: group + 1 };
            blocks.push({ layer, slice, copy, groups, rows, columns, repeats });
          }
        }
      }
    }
  }
  return blocks;
}

/** Rows of a group's matrix, tile by tile. */
export function rowSpans(
  node: Pick<MvmNode, 'rows' | 'geometry'>,
  { repeats, ...fill }: Fill & Pick<SlicedLayer, 'repeats'>,
  target: Target,
): Span[] {
  const limit = Math.floor(roomOf(fill, target).rows / repeats);
  const channel = volumeOf(node.geometry);
  return evenSpans(node.rows, limit, channel <= limit ? channel : 1);
}

/** Columns of a group's matrix, tile by tile. */
export function columnSpans(
  node: Pick<MvmNode, 'columns'>,
  layer: Fill & Pick<SlicedLayer, 'encoding' | 'slices' | 'copies' | 'residual'>,
  target: Target,
): Span[] {
  const { columns } = roomOf(layer, target);
  const limit = layer.encoding === 'differential' ? Math.floor(columns / 2 / bundleOf(layer)) : columns - 1;
  return evenSpans(node.columns, limit, 1);
}

/** The fewest spans of at most `limit`, each a multiple of `unit` (but for the last) and as even as that allows. */
export function evenSpans(length: number, limit: number, unit: number): Span[] {
  const units = Math.ceil(length / unit);
  const count = Math.ceil(units / Math.floor(limit / unit));
  const boundary = (i: number) => Math.min(length, Math.round((i * units) / count) * unit);
  return Array.from({ length: count }, (_, i) => ({ start: boundary(i), end: boundary(i + 1) }));
}
