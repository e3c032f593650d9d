/**
 * Places blocks on arrays: rectangles of cells in as few arrays as a first-fit search by decreasing height finds.
 * Several layers may share an array, never a cell. Free space is kept as disjoint rectangles (guillotine cuts, Jylanki,
 * "A thousand ways to pack the bin", 2010); a block goes where it leaves the shortest side. The parts of a residual
 * layer's tile are one rectangle, side by side. Where wires have resistance, blocks lie at the sensed end of the columns,
 * and where rows that are not driven are gated off, each within one bank of rows that conduct together. An array has the corner
 * that may be filled by the layer it was taken for, and others come in whose corner is at least as large. Replicas of a layer lie on
 * different arrays, their parts side by side where they fit. Where there are fewer chips than that takes, layers are placed in passes
 * (partition.ts), each as if it were alone.
 */

import { inseparableLayers, layerOverChips, tooManyArrays } from '../../src/diagnostics/all.ts';
import { DiagnosticError, raise } from '../../src/diagnostics/diagnostic.ts';
import { cornerOf, type Room } from '../../src/ir/corner.ts';
import { describeOrigin, layerName, type Replica } from '../../src/ir/graph.ts';
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
  type Span,
} from '../../src/ir/mapping.ts';
import type { PlannedPasses } from '../../src/ir/passes.ts';
import { sumOf } from '../../src/math/sum.ts';
import type { Target } from '../../src/target/target.ts';
import { type Divisible, partition } from './partition.ts';

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
  /** Chips that there are, where layers may take passes over them. */
  readonly chips?: number | undefined;
  /** What waits between passes, asked for where layers do not all fit: see `Divisible`. */
  readonly bytesAt?: () => Divisible['bytesAt'];
}

/** Blocks that lie side by side, as one rectangle. */
interface Rectangle {
  /** Of its first block. */
  readonly index: number;
  readonly layer: number;
  readonly bundle: number;
  readonly width: number;
  readonly rows: number;
  readonly columns: number;
}

interface Placed {
  readonly places: readonly (Pick<PlacedBlock, 'array' | 'row' | 'column'> & { readonly index: number })[];
  readonly arrays: number;
}

export const placeBlocks = {
  name: 'place-blocks',
  run(blocks: readonly Block[], context: PlaceContext): Mapping {
    const { layers, target, arrays, chips } = context;
    const rectangles = rectanglesOf(blocks, context);
    const most = chips === undefined ? arrays : Math.min(arrays, chips * target.array.arraysPerChip);
    const all = place(rectangles, context);
    if (all.arrays <= most) return { layers, ...joined(blocks, [all]) };
    if (chips === undefined) raise([tooManyArrays(all.arrays, arrays, largestLayers(blocks, layers))]);
    return { layers, ...inPasses(blocks, rectangles, context, most) };
  },
};

/** Those of the tallest blocks first. */
function rectanglesOf(blocks: readonly Block[], { layers, target }: PlaceContext): Rectangle[] {
  const rectangles = blocks.flatMap((block, index) => {
    const layer = layers[block.layer]!;
    const width = blockColumns(block, layer.encoding);
    const bundle = sideBySide(layer, width, target);
    if (bundle > 1 && (block.slice > 0 || block.copy > 0)) return [];
    return [{ index, layer: block.layer, bundle, width, rows: blockRows(block), columns: bundle * width }];
  });
  return rectangles.sort((a, b) => b.rows - a.rows || b.columns - a.columns || a.index - b.index);
}

function place(rectangles: readonly Rectangle[], { layers, target }: PlaceContext): Placed {
  const open: OpenArray[] = [];
  // Free space only shrinks: where a block of some size found no room, the next of that size finds none either.
  const firstWithRoom = new Map<string, number>();
  const places: Placed['places'][number][] = [];
  for (const { index, layer, bundle, width, rows, columns } of rectangles) {
    const corner = cornerOf(layers[layer]!, target);
    const { replica } = layers[layer]!.node;
    const size = [rows, columns, corner.rows, corner.columns, replica?.of, replica?.number].join();
    const wanted = { rows, columns, corner, replica };
    const found = firstFit(open, firstWithRoom.get(size) ?? 0, wanted) ?? openArray(open, corner, target);
    firstWithRoom.set(size, found.array);
    const { holes, replicas } = open[found.array]!;
    if (replica) replicas.set(replica.of, replica.number);
    const hole = holes.splice(found.hole, 1)[0]!;
    holes.push(...cut(hole, rows, columns));
    const row = target.wires ? target.array.rows - hole.row - rows : hole.row;
    for (let part = 0; part < bundle; part++)
      places.push({ index: index + part, array: found.array, row, column: hole.column + part * width });
  }
  return { places, arrays: open.length };
}

/** All blocks on the arrays of one placement after the other. */
function joined(blocks: readonly Block[], all: readonly Placed[]): Pick<Mapping, 'blocks' | 'arrays'> {
  const placed = new Array<PlacedBlock>(blocks.length);
  let arrays = 0;
  for (const { places, arrays: own } of all) {
    for (const { index, array, row, column } of places)
      placed[index] = { ...blocks[index]!, array: arrays + array, row, column };
    arrays += own;
  }
  return { blocks: placed, arrays };
}

/** Layers that do not all fit on `available` arrays. */
function inPasses(
  blocks: readonly Block[],
  rectangles: readonly Rectangle[],
  context: PlaceContext,
  available: number,
): Omit<Mapping, 'layers'> {
  const { layers, target, bytesAt = () => () => 0 } = context;
  const cells = layers.map(() => 0);
  for (const { layer, rows, columns } of rectangles) cells[layer]! += rows * columns;
  const perArray = target.array.rows * target.array.columns;
  const on = (run: Span) =>
    place(
      rectangles.filter(({ layer }) => layer >= run.start && layer < run.end),
      context,
    );
  const known = new Map<number, number>();
  const arraysOf = (run: Span) => {
    const least = sumOf(cells.slice(run.start, run.end)) / perArray;
    if (least > available) return Math.ceil(least);
    const key = run.start * (layers.length + 1) + run.end;
    const arrays = known.get(key) ?? on(run).arrays;
    known.set(key, arrays);
    return arrays;
  };
  const nameOf = (layer: number) => layerName(layers[layer]!.node.origin);
  raise(
    layers.flatMap((_, layer) => {
      const own = arraysOf({ start: layer, end: layer + 1 });
      return own > available ? [layerOverChips(nameOf(layer), own, available)] : [];
    }),
  );
  const divided = partition({ cells, arraysOf, bytesAt: bytesAt() }, available);
  if (!divided) throw new DiagnosticError([inseparableLayers(available)]);
  const { kept, passes, bytes } = divided;
  const all = [kept, ...passes].map(on);
  const [stay, ...each] = all.map(({ arrays }) => arrays);
  const numbered: PlannedPasses = { kept: stay!, each, bytes };
  return { ...joined(blocks, all), passes: numbered };
}

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
