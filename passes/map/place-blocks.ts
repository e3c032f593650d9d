/**
 * Places blocks on arrays: rectangles of cells in as few arrays as a first-fit search by decreasing height finds.
 * Several layers may share an array, never a cell. Free space is kept as disjoint rectangles (guillotine cuts, Jylanki,
 * "A thousand ways to pack the bin", 2010); a block goes where it leaves the shortest side. The parts of a residual
 * layer's tile are one rectangle, side by side. Where wires have resistance, blocks lie at the sensed end of the columns,
 * and where rows that are not driven are gated off, each within one bank of rows that conduct together. An array has the corner
 * that may be filled by the layer it was taken for, and others come in whose corner is at least as large. Replicas of a layer lie on
 * different arrays, their parts side by side where they fit.
 */

import { tooManyArrays } from '../../src/diagnostics/all.ts';
import { raise } from '../../src/diagnostics/diagnostic.ts';
import { cornerOf, type Room } from '../../src/ir/corner.ts';
import { describeOrigin, type Replica } from '../../src/ir/graph.ts';
import {
  type Block,
  blockCells,
  blockColumns,
  blockRows,
  bundleOf,
  type Mapping,
  type PlacedBlock,
  partsOf,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';

interface Free extends Room {
  /** Counted from the sensed end where wires have resistance. */
  readonly row: number;
  readonly column: number;
}

interface OpenArray {
  /** By what replicas share, the replica that lies here: others go elsewhere, to be driven at the same time. */
  readonly replicas: Map<string, number>;
  /** As much as may be filled. */
  readonly corner: Room;
  readonly holes: Free[];
}

interface Wanted {
  readonly corner: Room;
  readonly replica: Replica | undefined;
}

interface PlaceContext {
  readonly layers: readonly SlicedLayer[];
  readonly target: Target;
  /** Most arrays that may be used. */
  readonly arrays: number;
}

export const placeBlocks = {
  name: 'place-blocks',
  run(blocks: readonly Block[], { layers, target, arrays }: PlaceContext): Mapping {
    const order = blocks.flatMap((block, index) => {
      const layer = layers[block.layer]!;
      const width = blockColumns(block, layer.encoding);
      const bundle = sideBySide(layer, width, target);
      if (bundle > 1 && (block.slice > 0 || block.copy > 0)) return [];
      return [{ index, bundle, width, rows: blockRows(block), columns: bundle * width }];
    });
    order.sort((a, b) => b.rows - a.rows || b.columns - a.columns || a.index - b.index);
    const open: OpenArray[] = [];
    // Free space only shrinks: where a block of some size found no room, the next of that size finds none either.
    const firstWithRoom = new Map<string, number>();
    const placed = new Array<PlacedBlock>(blocks.length);
    for (const { index, bundle, width, rows, columns } of order) {
      const corner = cornerOf(layers[blocks[index]!.layer]!, target);
      const { replica } = layers[blocks[index]!.layer]!.node;
      const size = [rows, columns, corner.rows, corner.columns, replica?.of, replica?.number].join();
      const wanted = { rows, columns, corner, replica };
      const place = firstFit(open, firstWithRoom.get(size) ?? 0, wanted) ?? openArray(open, corner, target);
      firstWithRoom.set(size, place.array);
      const { holes, replicas } = open[place.array]!;
      if (replica) replicas.set(replica.of, replica.number);
      const hole = holes.splice(place.hole, 1)[0]!;
      holes.push(...cut(hole, rows, columns));
      for (let part = 0; part < bundle; part++) {
        const column = hole.column + part * width;
        const row = target.wires ? target.array.rows - hole.row - rows : hole.row;
        placed[index + part] = { ...blocks[index + part]!, array: place.array, row, column };
      }
    }
    if (open.length > arrays) raise([tooManyArrays(open.length, arrays, largestLayers(blocks, layers))]);
    return { layers, blocks: placed, arrays: open.length };
  },
};

/** Blocks that lie side by side: parts that are read for each other, and those of replicas, which are to take no turns. */
function sideBySide(layer: SlicedLayer, width: number, target: Target): number {
  const parts = partsOf(layer);
  const fits = parts * width <= cornerOf(layer, target).columns;
  return layer.node.replica && fits ? parts : bundleOf(layer);
}

function openArray(open: OpenArray[], corner: Room, target: Target): { array: number; hole: number } {
  const { rows, columns } = corner;
  const bank = target.wires?.idleRows === 'gated' ? target.driver.rowsAtOnce : rows;
  const holes: Free[] = [];
  for (let row = 0; row < rows; row += bank)
    holes.push({ row, column: 0, rows: Math.min(bank, rows - row), columns });
  open.push({ corner, holes, replicas: new Map() });
  return { array: open.length - 1, hole: 0 };
}

/** The first array with room, from `start` on, and in it the hole that leaves the shortest side. */
function firstFit(
  open: readonly OpenArray[],
  start: number,
  { rows, columns, corner, replica }: Room & Wanted,
): { array: number; hole: number } | undefined {
  for (let array = start; array < open.length; array++) {
    const { corner: filled, holes, replicas } = open[array]!;
    if (replica && (replicas.get(replica.of) ?? replica.number) !== replica.number) continue;
    if (filled.rows > corner.rows || filled.columns > corner.columns) continue;
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    holes.forEach((hole, index) => {
      if (hole.rows < rows || hole.columns < columns) return;
      const left = Math.min(hole.rows - rows, hole.columns - columns);
      if (left < least) {
        least = left;
        best = index;
      }
    });
    if (best >= 0) return { array, hole: best };
  }
  return undefined;
}

/** What is left of a hole when a block fills its corner: the larger of the two rests stays whole. */
function cut(hole: Free, rows: number, columns: number): Free[] {
  const below = hole.rows - rows;
  const beside = hole.columns - columns;
  const wide = below * hole.columns >= beside * hole.rows;
  const rests: Free[] = [
    { row: hole.row + rows, column: hole.column, rows: below, columns: wide ? hole.columns : columns },
    { row: hole.row, column: hole.column + columns, rows: wide ? rows : hole.rows, columns: beside },
  ];
  return rests.filter((rest) => rest.rows > 0 && rest.columns > 0);
}

function largestLayers(blocks: readonly Block[], layers: readonly SlicedLayer[]): string[] {
  const cells = layers.map(() => 0);
  for (const block of blocks) cells[block.layer]! += blockCells(block, layers[block.layer]!.encoding);
  return [...cells.entries()]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([layer, count]) => `${describeOrigin(layers[layer]!.node.origin)} takes ${count} cells`);
}
