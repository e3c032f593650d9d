/** The Mapping that a package was written from, out of its crossbar nodes and its integer reference. */
import { defined } from '../defined.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { QuantizedMvmNode } from '../ir/graph.ts';
import {
  blockWeightColumns,
  type Mapping,
  type PlacedBlock,
  partsOf,
  type SlicedLayer,
  wordlinesOf,
} from '../ir/mapping.ts';
import { fillFor, layerOptions, parseOptions } from '../ir/options.ts';
import { placementsOf } from '../ir/tiles.ts';
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
  const { arrays, passes, layers: stored } = pkg.manifest.summary;
  const options = parseOptions(pkg.manifest.options, 'the options of the package');
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
    for (const [t, block] of blocksOf(layer, index, residual, withPlaces).entries())
      blocks[layer.tiles[t]!.block] = block;
    const nodes = nodesOf(pkg, uses);
    const { encoding, radix, slices, copies, digitsPerOne, repeats, digitStep } = layer;
    const levelStep = Math.round(digitStep / repeats / levelStepOf(pkg.loaded.target.cell));
    return {
      node: nodes[0]!,
      uses: nodes,
      encoding,
      // Inputs of one sign drive the rows by their codes in either case.
      inputNumbers: uses.every((use) => use.inputCoding === 'binary') ? 'binary' : 'sign-magnitude',
      radix,
      slices,
      copies,
      digitsPerOne,
      repeats,
      levelStep,
      residual,
      ...fillFor(options, layerOptions(options, nodes[0]!.origin)),
    };
  });
  return { layers, blocks, arrays, ...defined({ passes }) };
}

/**
 * The blocks of a layer. Those on the same wordlines share the places of their rows, and the parts of a residual layer's
 * tile, which lie side by side, the places of their columns.
 */
function blocksOf(
  layer: CrossbarLayer,
  index: number,
  residual: boolean,
  withPlaces: boolean,
): PlacedBlock[] {
  const placed = placementsOf(layer);
  const parts = residual ? partsOf(layer) : 1;
  const shared = new Map<string, Int32Array>();
  return placed.map(({ places: _, rowPlaces, ...placement }, at) => {
    const first = at - (at % parts);
    const { places } = placed[first]!;
    const logical = blockWeightColumns(placement);
    const used = places?.place.reduce((most, place) => Math.max(most, place + 1), logical) ?? logical;
    const width = parts > 1 ? (placed[first + 1]!.column - placed[first]!.column) / 2 : used;
    const block: PlacedBlock = {
      ...{ ...placement, layer: index },
      ...(withPlaces && places && { places, ...(width > logical && { spare: width - logical }) }),
    };
    if (!rowPlaces || rowPlaces.every((place, row) => place === row)) return block;
    const wordlines = wordlinesOf(block);
    if (!shared.has(wordlines)) shared.set(wordlines, rowPlaces);
    return { ...block, rowPlaces: shared.get(wordlines)! };
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
