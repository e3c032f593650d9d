/** The Mapping that a package was written from, out of its crossbar nodes and its integer reference. */
import type { CrossbarLayer, Tile } from '../ir/crossbar.ts';
import type { QuantizedMvmNode } from '../ir/graph.ts';
import {
  blockRows,
  blockWeightColumns,
  type ColumnPlaces,
  type Mapping,
  type PlacedBlock,
  partsOf,
  type SlicedLayer,
  wordlinesOf,
} from '../ir/mapping.ts';
import { readIntegers } from '../lower/reference.ts';
import { levelStepOf } from '../target/cell.ts';
import type { Package } from './open.ts';

/** @returns with all columns in order: as the blocks were placed, before faults were worked around */
export function mappingOf(pkg: Package): Mapping {
  return mapped(pkg, false);
}

/** @returns with the columns where they lie; of the places beside blocks, those that are used */
export function placedMappingOf(pkg: Package): Mapping {
  return mapped(pkg, true);
}

function mapped(pkg: Package, withPlaces: boolean): Mapping {
  const { arrays, layers: stored } = pkg.manifest.summary;
  // Layers that share their weights name the same blocks.
  const shared = new Map<number, CrossbarLayer[]>();
  for (const layer of pkg.layers) {
    const first = layer.tiles[0]!.block;
    shared.set(first, [...(shared.get(first) ?? []), layer]);
  }
  const blocks: PlacedBlock[] = [];
  const layers = [...shared.values()].map((uses, index): SlicedLayer => {
    const [layer] = uses as [CrossbarLayer];
    const { residual } = stored[index]!;
    const placed = withRows(
      layer,
      layer.tiles.map((tile) => blockOf(tile, index)),
    );
    for (const [t, block] of (withPlaces ? around(layer, placed, residual) : placed).entries())
      blocks[layer.tiles[t]!.block] = block;
    const nodes = nodesOf(pkg, uses);
    const { encoding, radix, slices, copies, digitStep } = layer;
    const levelStep = Math.round(digitStep / levelStepOf(pkg.loaded.target.cell));
    return {
      node: nodes[0]!,
      uses: nodes,
      encoding,
      // Inputs of one sign drive the rows by their codes in either case.
      inputNumbers: uses.every((use) => use.inputCoding === 'binary') ? 'binary' : 'sign-magnitude',
      radix,
      slices,
      copies,
      levelStep,
      residual,
    };
  });
  return { layers, blocks, arrays };
}

function blockOf(tile: Tile, layer: number): PlacedBlock {
  const { slice, copy, array, row, column } = tile;
  return {
    ...{ layer, slice, copy, array, row, column },
    groups: { start: tile.groupStart, end: tile.groupEnd },
    rows: { start: tile.rowStart, end: tile.rowEnd },
    columns: { start: tile.columnStart, end: tile.columnEnd },
  };
}

/** The blocks of a layer with the places of their rows, which blocks on the same wordlines share. */
function withRows({ rowPlaces }: CrossbarLayer, blocks: readonly PlacedBlock[]): readonly PlacedBlock[] {
  if (!rowPlaces) return blocks;
  const shared = new Map<string, Int32Array>();
  let at = 0;
  return blocks.map((block) => {
    const rows = blockRows(block);
    const own = rowPlaces.subarray(at, at + rows);
    at += rows;
    if (own.every((place, row) => place === row)) return block;
    const wordlines = wordlinesOf(block);
    if (!shared.has(wordlines)) shared.set(wordlines, own.slice());
    return { ...block, rowPlaces: shared.get(wordlines)! };
  });
}

/** The blocks of a layer with the places of their columns, as the tables of its node have them. */
function around(
  { columnPlaces, columnSigns, ...layer }: CrossbarLayer,
  blocks: readonly PlacedBlock[],
  residual: boolean,
): readonly PlacedBlock[] {
  if (!columnPlaces || !columnSigns) return blocks;
  let at = 0;
  let places: ColumnPlaces | undefined;
  const parts = residual ? partsOf(layer) : 1;
  return blocks.map((block, index) => {
    const logical = blockWeightColumns(block);
    // The parts of a residual layer's tile lie side by side, and have the same places.
    const first = index - (index % parts);
    if (index === first || !places)
      places = {
        place: columnPlaces.slice(at, at + logical),
        flipped: Uint8Array.from(columnSigns.subarray(at, at + logical), (sign) => (sign < 0 ? 1 : 0)),
      };
    at += logical;
    const used = places.place.reduce((most, place) => Math.max(most, place + 1), logical);
    const width = parts > 1 ? (blocks[first + 1]!.column - blocks[first]!.column) / 2 : used;
    return { ...block, places, ...(width > logical && { spare: width - logical }) };
  });
}

/** The nodes that multiply by one matrix: all have the same array of integers and of scales. */
function nodesOf(pkg: Package, uses: readonly CrossbarLayer[]): QuantizedMvmNode[] {
  const first = uses[0]!;
  const integers = readIntegers(pkg.reference, first);
  const scales = Float64Array.from(first.scales);
  const weightMax = integers.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  return uses.map(({ input, output, geometry, groups, rows, columns, origin, quantization, bias }) => ({
    kind: 'quantized-mvm',
    ...{ input, output, geometry, groups, rows, columns, origin, quantization, integers, weightMax, scales },
    bias: Float64Array.from(bias),
    folded: [],
  }));
}
