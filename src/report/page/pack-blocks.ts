/**
 * Blocks of all arrays -> base64 of gzipped JSON, from which the script of a page says where a cell comes from: there can be tens
 * of thousands, too many for the page to hold as text.
 */
import { gzipSync } from 'node:zlib';
import type { Floorplan } from '../../inspect/floorplan.ts';
import type { Origin } from '../../ir/graph.ts';

/** How a page names the operator of a layer. */
export const nodeOf = ({ op, index }: Origin): string => `${op}, node ${index}`;

/**
 * `layers` as texts; `arrays` by number, each a list of blocks: first row, end row, first column, end column, layer, groups,
 * weight rows and weight columns from the first to the end, slice and copy.
 */
export function packBlocks({ layers, arrays }: Floorplan): string {
  const packed = {
    layers: layers.map(({ name, node }) => `${name} (${nodeOf(node)})`),
    arrays: arrays.map((blocks) =>
      blocks.map(({ rows, columns, number, groups, inputs, outputs, slice, copy }) => [
        ...[rows, columns].flatMap(({ start, end }) => [start, end]),
        number,
        ...[groups, inputs, outputs].flatMap(({ start, end }) => [start, end]),
        slice,
        copy,
      ]),
    ),
  };
  return gzipSync(JSON.stringify(packed), { level: 9 }).toString('base64');
}
