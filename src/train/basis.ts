/** What learning starts from: the compiled network, and its layers that are trained. */

import { compile } from '../compile/compile.ts';
import type { CompileHooks } from '../compile/compiled.ts';
import { compiledOf } from '../compile/compiled-of.ts';
import { findTrainingObstacles } from '../compile/replace-layers.ts';
import type { Dataset } from '../data/dataset.ts';
import { defined } from '../defined.ts';
import { optionInvalid, trainNoGradient } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { placeOf } from '../files/files.ts';
import { sha256 } from '../files/hash.ts';
import type { Compiled } from '../ir/compiled.ts';
import { describeOrigin, type Graph } from '../ir/graph.ts';
import type { CompileOptions } from '../ir/options.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { fedInputs, spreadSamples } from '../record/samples.ts';
import type { LoadedTarget } from '../target/target.ts';
import type { ModelFile } from '../verify/options.ts';
import { type Chain, findChain } from './chain.ts';
import { graphOf } from './graph-of.ts';
import type { LayerWeights, TrainableNetwork } from './network.ts';

export interface Basis {
  readonly compiled: Compiled;
  readonly chain: Chain;
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
  if (pkg.manifest.summary.passes)
    raise([
      optionInvalid(
        placeOf(pkg.files),
        'its layers take passes over a chip, and what a chip learns has to stay on it',
        'Compile it for as many chips as it needs.',
      ),
    ]);
  const compiled = await compiledOf(pkg);
  return basisOf(compiled, findChain(compiled.graph, pattern), pkg);
}

/** @throws DiagnosticError train/not-trainable for every layer whose cells cannot hold what training leaves */
function basisOf(compiled: Compiled, chain: Chain, pkg: Package | undefined): Basis {
  const outputs = chain.nodes.map(({ output }) => output);
  raise(findTrainingObstacles(compiled, outputs));
  return { compiled, chain, pkg };
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
