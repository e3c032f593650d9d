/** The Mapping that a package was written from, out of its crossbar nodes and its integer reference. */
import { z } from 'zod';
import { InternalError } from '../diagnostic.ts';
import type { QuantizedMvmNode } from '../ir/graph.ts';
import type { Mapping, PlacedBlock, SlicedLayer } from '../ir/mapping.ts';
import { readIntegers } from '../lower/reference.ts';
import { levelStepOf } from '../target.ts';
import type { CrossbarLayer, Tile } from './crossbar.ts';
import type { Package } from './open.ts';

const storedSchema = z.object({ arrays: z.number(), layers: z.array(z.object({ residual: z.boolean() })) });

/** @returns with all columns in order: as the blocks were placed, before faults were worked around */
export function mappingOf(pkg: Package): Mapping {
  const { arrays, layers: stored } = storedSchema.parse(pkg.manifest.summary);
  // Layers that share their weights name the same blocks.
  const shared = new Map<number, CrossbarLayer[]>();
  for (const layer of pkg.layers) {
    const first = layer.tiles[0]!.block;
    shared.set(first, [...(shared.get(first) ?? []), layer]);
  }
  const blocks: PlacedBlock[] = [];
  const layers = [...shared.values()].map((uses, index): SlicedLayer => {
    const [layer] = uses as [CrossbarLayer];
    for (const tile of layer.tiles) blocks[tile.block] = blockOf(tile, index);
    const nodes = uses.map((use) => nodeOf(pkg, use, layer));
    const { encoding, inputCoding, radix, slices, copies, digitStep } = layer;
    const levelStep = Math.round(digitStep / levelStepOf(pkg.target.cell));
    const { residual } = stored[index]!;
    return {
      node: nodes[0]!,
      uses: nodes,
      encoding,
      inputNumbers: inputCoding === 'binary' ? 'binary' : 'sign-magnitude',
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

function nodeOf(pkg: Package, use: CrossbarLayer, first: CrossbarLayer): QuantizedMvmNode {
  const weights = pkg.reference.constants.get(`${first.output}/weights`);
  if (!weights) throw new InternalError('package', `no reference weights of ${first.output}`);
  const integers = readIntegers(first, weights);
  const { input, output, geometry, groups, rows, columns, origin, quantization, bias, scales } = use;
  return {
    kind: 'quantized-mvm',
    ...{ input, output, geometry, groups, rows, columns, origin, quantization, integers },
    weightMax: integers.reduce((most, w) => Math.max(most, Math.abs(w)), 0),
    bias: Float64Array.from(bias),
    scales: Float64Array.from(scales),
    folded: [],
  };
}
