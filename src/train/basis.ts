/** What learning starts from: the compiled network, its layers that are trained, and where their synapses lie. */

import { compile } from '../compile/compile.ts';
import type { CompileHooks } from '../compile/compiled.ts';
import { compiledOf } from '../compile/compiled-of.ts';
import { findTrainingObstacles } from '../compile/replace-layers.ts';
import type { Dataset } from '../data/dataset.ts';
import { defined } from '../defined.ts';
import { notTrainable, trainNoGradient, trainNoHiddenPlanes } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { sha256 } from '../files/hash.ts';
import type { Compiled } from '../ir/compiled.ts';
import { describeOrigin, type Graph, type QuantizedMvmNode } from '../ir/graph.ts';
import { layerIndexOf } from '../ir/mapping.ts';
import type { CompileOptions } from '../ir/options.ts';
import { weightPlacesOf } from '../ir/weight-places.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { fedInputs, spreadSamples } from '../record/samples.ts';
import type { SynapsePlaces } from '../schemes/transfer/layer.ts';
import { largestHidden } from '../schemes/transfer/plane.ts';
import { stepsPerLevel } from '../target/hidden-plane.ts';
import type { LoadedTarget } from '../target/target.ts';
import type { ModelFile } from '../verify/options.ts';
import { type Chain, findChain } from './chain.ts';
import { graphOf } from './graph-of.ts';
import type { InitialLayer } from './initial.ts';
import type { LayerWeights, TrainableNetwork } from './network.ts';

export interface Basis {
  readonly compiled: Compiled;
  readonly chain: Chain;
  /** By layer of the chain. */
  readonly places: readonly SynapsePlaces[];
  /** The package whose layers before the chain stay as they are; undefined where all of the network is trained. */
  readonly pkg: Package | undefined;
}

/** Images that the first compilation of a network looks at: only where its weights lie matters yet. */
const firstSamples = 16;

/**
 * A model of which every layer is trained.
 * @param network that it is, where that is known: batch normalization does not show in what a model is compiled to
 * @throws DiagnosticError train/no-gradient where the model has something before its layers
 */
export async function basisOfModel(
  model: ModelFile,
  network: TrainableNetwork | undefined,
  data: Dataset,
  loaded: LoadedTarget,
  options: CompileOptions,
  onProgress?: CompileHooks['onProgress'],
): Promise<Basis> {
  const few = { ...options, calibrationSamples: firstSamples };
  const compiled = await compileOn(model, data, loaded, few, onProgress);
  const chain = findChain(compiled.graph, '*');
  const { inputs } = model.graph;
  if (inputs.length > 1 || chain.input !== inputs[0]?.name) raise([somethingBefore(compiled.graph, chain)]);
  return basisOf(compiled, network ? { ...chain, network } : chain, undefined);
}

/** The layers of a package whose names match a pattern. */
export async function basisOfPackage(pkg: Package, pattern: string): Promise<Basis> {
  const compiled = await compiledOf(pkg);
  return basisOf(compiled, findChain(compiled.graph, pattern), pkg);
}

function basisOf(compiled: Compiled, chain: Chain, pkg: Package | undefined): Basis {
  const { target } = compiled.loaded;
  if (!target.hidden) raise([trainNoHiddenPlanes(target.name)]);
  const outputs = chain.nodes.map(({ output }) => output);
  raise(findTrainingObstacles(compiled, outputs));
  return { compiled, chain, places: chain.nodes.map((node) => placesOf(compiled, node)), pkg };
}

/** @throws DiagnosticError train/not-trainable where plus and minus are exchanged around faulty cells */
function placesOf({ mapping }: Compiled, node: QuantizedMvmNode): SynapsePlaces {
  const { sign, ...places } = weightPlacesOf(mapping, layerIndexOf(mapping, node.output));
  const reason = 'some of its columns are exchanged around faulty cells';
  if (sign.includes(-1))
    raise([notTrainable(describeOrigin(node.origin), reason, 'Compile it without a fault map.')]);
  return places;
}

/** A network as a model file would hold it. */
export function modelOf(network: TrainableNetwork, weights: readonly LayerWeights[]): ModelFile {
  const graph = graphOf(network, weights);
  const bytes = encodeModel(graph);
  return { graph, sha256: sha256(bytes), file: 'the trained network' };
}

/** Compiles with samples of the training data. */
export async function compileOn(
  model: ModelFile,
  data: Dataset,
  loaded: LoadedTarget,
  options: CompileOptions,
  onProgress?: CompileHooks['onProgress'],
): Promise<Compiled> {
  const samples = spreadSamples(data, fedInputs(model.graph, model.file), options.calibrationSamples);
  return compile(model, loaded, options, { kind: 'samples', samples }, defined({ onProgress }));
}

function somethingBefore(graph: Graph, { nodes, input }: Chain): Diagnostic {
  const node = graph.nodes.find((n) => n.kind === 'onnx' && n.outputs.includes(input)) ?? nodes[0]!;
  return trainNoGradient(
    describeOrigin(node.origin),
    'a model is trained from its only input on; compile this one, and train the last layers of the package',
  );
}

/** The weights that a layer has, as hidden integers with one step for all of them: learning goes on from there. */
export function initialOf({ mapping, loaded }: Compiled, output: string): InitialLayer {
  const { node, hidden } = mapping.layers[layerIndexOf(mapping, output)]!;
  const bias = Float32Array.from(node.bias);
  const plane = loaded.target.hidden!;
  if (hidden) return { hidden: hidden.slice(), step: node.scales[0]! / stepsPerLevel(plane), bias };
  const real = Float64Array.from(node.integers, (w, i) => w * node.scales[i % node.columns]!);
  return { ...hiddenFrom(real, largestHidden(plane.bits)), bias };
}

/** The largest weight becomes the largest hidden integer, `limit`. */
function hiddenFrom(real: ArrayLike<number>, limit: number): Pick<InitialLayer, 'hidden' | 'step'> {
  let largest = 0;
  for (let i = 0; i < real.length; i++) largest = Math.max(largest, Math.abs(real[i]!));
  return {
    hidden: Int16Array.from(real, (w) => (largest === 0 ? 0 : Math.round((w / largest) * limit))),
    step: (largest || 1) / limit,
  };
}
