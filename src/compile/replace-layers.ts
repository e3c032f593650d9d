/**
 * Puts trained weights in the place of compiled ones: a compilation and the hidden integers that training left -> the same
 * compilation with these layers' weights, steps, biases and converter ranges. Every weight stays in its cells, so that a
 * delta can turn a chip of the one into a chip of the other.
 */

import { notTrainable } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import type { Compiled } from '../ir/compiled.ts';
import { describeOrigin, type QuantizedMvmNode, type Reals } from '../ir/graph.ts';
import { layerIndexOf, type Mapping, type SlicedLayer } from '../ir/mapping.ts';
import { verifyGraph } from '../ir/verify-graph.ts';
import { verifyMapping } from '../ir/verify-mapping.ts';
import { schemeOf } from '../schemes/models.ts';
import { type HiddenPlane, transferredDigit } from '../target/hidden-plane.ts';
import type { Target } from '../target/target.ts';
import { alone } from '../threads/pool.ts';
import { convertersOf, scheduleOf } from './stages.ts';

interface TrainedLayer {
  /** Output value of the layer's node. */
  readonly output: string;
  /** Real weight of one level, length groups * columns: the layer's step, and what normalization makes of it by column. */
  readonly scales: Reals;
  /** Length groups * columns. */
  readonly bias: Reals;
}

/** What cells are told to hold, [group][row][column] as the layer's integers: of a matrix product [input][output]. */
export type StoredWeights =
  | { readonly hidden: Int16Array }
  /** Digits of a layer of one slice. */
  | { readonly integers: Int8Array };

/** What training left in one layer. */
export type TrainedWeights<S extends StoredWeights = StoredWeights> = TrainedLayer & S;

/** Why layers cannot hold trained weights, one diagnostic per layer: nothing where all can. */
export function findTrainingObstacles(
  { mapping, loaded }: Pick<Compiled, 'mapping' | 'loaded'>,
  outputs: readonly string[],
): Diagnostic[] {
  return outputs.flatMap((output) => {
    const layer = mapping.layers[layerIndexOf(mapping, output)]!;
    const obstacle = obstacleIn(layer, loaded.target);
    return obstacle ? [notTrainable(describeOrigin(layer.node.origin), ...obstacle)] : [];
  });
}

/**
 * Replaces the weights of layers. What other layers have stays, their converter ranges included; those of the trained
 * layers are chosen again, for the inputs that the compilation's record has.
 * @throws DiagnosticError train/not-trainable for every layer whose weights are not one pair of cells each
 */
export async function replaceLayers(
  compiled: Compiled,
  trained: readonly TrainedWeights[],
): Promise<Compiled> {
  const { mapping, loaded, options } = compiled;
  const { target } = loaded;
  const outputs = trained.map(({ output }) => output);
  raise(findTrainingObstacles(compiled, outputs));
  const byLayer = new Map(trained.map((weights) => [layerIndexOf(mapping, weights.output), weights]));
  const layers = mapping.layers.map((layer, index): SlicedLayer => {
    const weights = byLayer.get(index);
    return weights ? trainedLayer(layer, weights, target.hidden) : layer;
  });
  const replaced: Mapping = { ...mapping, layers };
  verifyMapping(replaced, target);
  const own = new Map(layers.map(({ node }) => [node.output, node]));
  const nodes = compiled.graph.nodes.map((node) =>
    node.kind === 'quantized-mvm' ? (own.get(node.output) ?? node) : node,
  );
  const graph = { ...compiled.graph, nodes };
  verifyGraph(graph, 'integers');
  const converters = await withRanges(compiled, replaced, [...byLayer.keys()]);
  const { schedule } = await scheduleOf({ mapping: replaced, converters, target, options });
  return { ...compiled, graph, mapping: replaced, converters, schedule };
}

/** The converter settings of a compilation, those of some layers' blocks chosen again for what the layers now are. */
async function withRanges(
  { converters, record, loaded: { target }, options }: Compiled,
  { layers, blocks, arrays }: Mapping,
  changed: readonly number[],
): Promise<Compiled['converters']> {
  const own = blocks.flatMap((block, index) => (changed.includes(block.layer) ? [{ block, index }] : []));
  const mapping: Mapping = {
    layers: changed.map((layer) => layers[layer]!),
    blocks: own.map(({ block }) => ({ ...block, layer: changed.indexOf(block.layer) })),
    arrays,
  };
  const { converters: ranges } = await convertersOf({ mapping, record, target, options, pool: alone });
  const settings = [...converters];
  for (const [i, { index }] of own.entries()) settings[index] = ranges[i]!;
  return settings;
}

/** Why a layer cannot hold trained weights, and what to do about it. */
function obstacleIn(
  { encoding, slices, copies, repeats, uses }: SlicedLayer,
  target: Target,
): [reason: string, advice: string] | undefined {
  const { hidden, name } = target;
  if (!hidden && !schemeOf(target).updates)
    return [
      `target ${name} has no hidden planes and no parallel updates`,
      'Compile for a target that has a section hidden, or the scheme parallel-update.',
    ];
  if (hidden && encoding === 'offset')
    return ['its weights lie beside a reference column', 'Compile it with `encoding: differential`.'];
  if (!hidden && encoding === 'differential')
    return ['its weights are pairs of cells', 'Compile it with `encoding: offset`.'];
  if (slices !== 1)
    return [
      `its weights have ${slices} digits, and training moves one ${hidden ? 'hidden integer' : 'cell'} per weight`,
      'Compile it with `slices: 1` (a layers entry of the options file, or --slices 1 for all).',
    ];
  if (copies !== 1)
    return [
      `its weights are stored ${copies} times`,
      'Compile it with `copies: 1` (a layers entry of the options file).',
    ];
  if (repeats !== 1)
    return [
      `its weights are repeated in ${repeats} rows`,
      'Compile it with `repeats: 1` (a layers entry of the options file).',
    ];
  if (uses.length !== 1)
    return [`${uses.length} nodes multiply by its matrix`, 'Train a layer whose weights are its own.'];
  return undefined;
}

function trainedLayer(
  layer: SlicedLayer,
  weights: TrainedWeights,
  plane: HiddenPlane | undefined,
): SlicedLayer {
  const held = 'hidden' in weights ? ofHidden(weights.hidden, plane!) : ofDigits(weights.integers, layer);
  const node: QuantizedMvmNode = {
    ...layer.node,
    integers: held.integers,
    weightMax: (held.radix - 1) / 2,
    scales: Float64Array.from(weights.scales, Math.fround),
    bias: Float64Array.from(weights.bias, Math.fround),
  };
  const { integers: _, ...form } = held;
  return { ...layer, node, uses: [node], ...form };
}

function ofHidden(hidden: Int16Array, plane: HiddenPlane) {
  const integers = Int8Array.from(hidden, (h) => transferredDigit(h, plane));
  return { integers, radix: 2 ** (plane.transferBits + 1) - 1, levelStep: 1, hidden };
}

const ofDigits = (integers: Int8Array, { radix, levelStep }: SlicedLayer) => ({ integers, radix, levelStep });
