/**
 * The compilation that a package was written from, out of the package: with it a package can be changed and written once
 * more without its model. Written again as it is, it gives the same program.xbs, host.onnx and reference.onnx.
 */
import { defined } from '../defined.ts';
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { Graph } from '../ir/graph.ts';
import { type BlockConverters, cellsPerWeight, type Mapping, type SlicedLayer } from '../ir/mapping.ts';
import { parseOptions } from '../ir/options.ts';
import { weightPlacesOf } from '../ir/weight-places.ts';
import { decodePrograms } from '../package/bitstreams.ts';
import { placedMappingOf } from '../package/mapping-of.ts';
import type { Package } from '../package/open.ts';
import { type HiddenPlane, hiddenInteger } from '../target/hidden-plane.ts';
import { scheduleWith } from './stages.ts';
import { wireCorrectionOf } from './wire-correction-of.ts';

/** @returns with biases, scales and converter steps as the package has them: in 32 bits */
export async function compiledOf(pkg: Package): Promise<Compiled> {
  const { manifest, loaded, record } = pkg;
  const { target } = loaded;
  const options = parseOptions(manifest.options, 'the options of the package');
  const placed = placedMappingOf(pkg);
  const mapping = target.hidden ? await withHidden(pkg, placed, target.hidden) : placed;
  const converters = convertersIn(pkg, mapping);
  const wireCorrection = target.wires && (await wireCorrectionOf(pkg, mapping, converters));
  return {
    model: manifest.model,
    loaded,
    options,
    operators: manifest.nodes.map(({ crossbar, rule, ...origin }) => ({ origin, crossbar, rule })),
    graph: graphOf(pkg, mapping),
    mapping,
    converters,
    schedule: scheduleWith({ mapping, converters, target, predistorted: wireCorrection }),
    record,
    summary: manifest.summary,
    ...defined({ wireCorrection, faults: manifest.faults }),
  };
}

/** host.onnx with quantized layers where it has crossbar nodes. */
function graphOf({ host, layers }: Package, mapping: Mapping): Graph {
  const quantized = new Map(mapping.layers.flatMap(({ uses }) => uses.map((use) => [use.output, use])));
  const crossbars = new Set(layers.map(({ output }) => output));
  const tables = new Set<string>();
  const nodes = host.nodes.map((node) => {
    if (node.kind !== 'onnx' || !crossbars.has(node.outputs[0]!)) return node;
    for (const table of node.inputs.slice(1)) tables.add(table);
    return quantized.get(node.outputs[0]!)!;
  });
  const { crossloom: _, ...opsets } = host.opsets;
  const constants = new Map([...host.constants].filter(([name]) => !tables.has(name)));
  return { ...host, nodes, constants, opsets };
}

/** The settings of every block, out of the tables of the nodes. */
function convertersIn({ layers }: Package, { blocks }: Mapping): readonly BlockConverters[] {
  const settings: BlockConverters[] = [];
  for (const { tiles, convert, converterZero, converterStep } of layers) {
    let at = 0;
    for (const tile of tiles) {
      const columns = (tile.groupEnd - tile.groupStart) * (tile.columnEnd - tile.columnStart);
      const end = at + (convert === 'pair' ? 1 : 2) * columns;
      settings[tile.block] = { zero: converterZero.slice(at, end), step: converterStep.slice(at, end) };
      at = end;
    }
  }
  const without = blocks.findIndex((_, block) => !settings[block]);
  if (without >= 0) throw new InternalError('package', `no node has the converters of block ${without}`);
  return settings;
}

/** The layers with the hidden integers that training left, where the bitstream has others than centres of bins. */
async function withHidden(pkg: Package, mapping: Mapping, plane: HiddenPlane): Promise<Mapping> {
  const stored = await hiddenPlanes(pkg);
  const pairs = pkg.loaded.target.array.columns >> 1;
  const layers = mapping.layers.map((layer, index): SlicedLayer => {
    if (layer.encoding !== 'differential' || cellsPerWeight(layer) !== 1 || layer.levelStep !== 1)
      return layer;
    const { array, row, pair, sign } = weightPlacesOf(mapping, index);
    const { integers } = layer.node;
    const hidden = Int16Array.from(
      integers,
      (_, i) => sign[i]! * stored[array[i]!]![row[i]! * pairs + pair[i]!]!,
    );
    return hidden.every((h, i) => h === hiddenInteger(integers[i]!, plane)) ? layer : { ...layer, hidden };
  });
  return { ...mapping, layers };
}

/** The hidden integers that program.xbs writes, [row][pair], array after array. */
async function hiddenPlanes(pkg: Package): Promise<readonly Int16Array[]> {
  const { rows, columns } = pkg.loaded.target.array;
  const pairs = columns >> 1;
  const { arrays } = await decodePrograms(pkg);
  const planes: Int16Array[] = [];
  for await (const { array, instructions } of arrays) {
    const plane = new Int16Array(rows * pairs);
    for (const instruction of instructions)
      if (instruction.op === 'write-hidden')
        plane.set(instruction.values, instruction.row * pairs + instruction.pair);
    planes[array] = plane;
  }
  return planes;
}
