/**
 * Cuts every layer's matrix into tiles that fit one array, or the corner of one that the layer may fill: rows into evenly filled row
 * tiles, columns into column tiles, one block for every part: each slice as often as it is copied. Rows leave room for their repeats
 * below each other. Row tiles of a convolution end at whole input channels where a
 * channel fits an array, so that a tile is a convolution over a slice of the channels.
 */
import { roomOf } from '../../src/ir/corner.ts';
import { volumeOf } from '../../src/ir/graph.ts';
import { type Block, bundleOf, type SlicedLayer, type Span } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';

export const tile = {
  name: 'tile',
  run(layers: readonly SlicedLayer[], context: { readonly target: Target }): Block[] {
    return layers.flatMap((layer, index) => tileLayer(layer, index, context.target));
  },
};

function tileLayer(sliced: SlicedLayer, layer: number, target: Target): Block[] {
  const { node, encoding, repeats } = sliced;
  const { rows, columns: width } = roomOf(sliced, target);
  const rowLimit = Math.floor(rows / repeats);
  const columnLimit = encoding === 'differential' ? Math.floor(width / 2 / bundleOf(sliced)) : width - 1;
  const channel = volumeOf(node.geometry);
  const unit = channel <= rowLimit ? channel : 1;
  const rowSpans = evenSpans(node.rows, rowLimit, unit);
  const columnSpans = evenSpans(node.columns, columnLimit, 1);
  const blocks: Block[] = [];
  for (let group = 0; group < node.groups; group++) {
    for (const rows of rowSpans) {
      for (const columns of columnSpans) {
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

/** The fewest spans of at most `limit`, each a multiple of `unit` (but for the last) and as even as that allows. */
export function evenSpans(length: number, limit: number, unit: number): Span[] {
  const units = Math.ceil(length / unit);
  const count = Math.ceil(units / Math.floor(limit / unit));
  const boundary = (i: number) => Math.min(length, Math.round((i * units) / count) * unit);
  return Array.from({ length: count }, (_, i) => ({ start: boundary(i), end: boundary(i + 1) }));
}
