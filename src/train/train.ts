/**
 * Trains a network on its chip: samples and a basis -> the hidden integers that learning left, as a compilation that is
 * written as a package like any other.
 */

import { createHash } from 'node:crypto';
import type { CompileHooks } from '../compile/compiled.ts';
import { replaceLayers, type TrainedWeights } from '../compile/replace-layers.ts';
import type { Dataset } from '../data/dataset.ts';
import { defined } from '../defined.ts';
import { trainCheckpointUnreadable } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { Compiled } from '../ir/compiled.ts';
import { layerIndexOf } from '../ir/mapping.ts';
import type { CompileOptions } from '../ir/options.ts';
import { programChip } from '../program.ts';
import { unlessRefused } from '../record/refused-model.ts';
import { spreadSamples } from '../record/samples.ts';
import { simulate } from '../simulate/simulate.ts';
import { type Basis, compileOn, modelOf } from './basis.ts';
import { type Chain, findChain } from './chain.ts';
import type { Checkpoint, Identity } from './checkpoint.ts';
import { type FirstLayer, samplesFrom } from './from-dataset.ts';
import { misfitsOf } from './misfits.ts';
import { normalizationEpsilon } from './network.ts';
import type { Start } from './rules/rule.ts';
import { type RuleOptions, ruleOf } from './rules/rules.ts';
import type { Run } from './run.ts';
import type { Samples } from './samples.ts';
import { restore } from './snapshot.ts';
import { openTrainer, type Trainer, type TrainOptions } from './trainer.ts';

/** Which samples learning takes, and which it is judged by. */
export interface TrainingData {
  readonly training: { readonly dataset: Dataset; readonly indices: readonly number[] };
  readonly test: { readonly dataset: Dataset; readonly indices: readonly number[] };
}

export type TrainRequest = Omit<TrainOptions, 'initial'> &
  RuleOptions & { readonly epochs: number; readonly start: Start };

/** What the layers see, as numbers in memory. */
interface TrainingSamples {
  readonly training: Samples;
  readonly test: Samples;
}

/**
 * Runs the data through what stays as it is, once: on the simulated chip that has the seed of the run.
 * @throws DiagnosticError data/no-labels, data/label-out-of-range, data/shape
 */
export async function readTrainingSamples(
  basis: Basis,
  { training, test }: TrainingData,
  seed: number,
  onSample: (stage: string, done: number, total: number) => void,
): Promise<TrainingSamples> {
  const { layers } = basis.chain.network;
  const { graph } = basis.compiled;
  const { inputs } = graph;
  const tap = basis.chain.input;
  const first = { inputs, width: layers[0]!.inputs, classes: layers.at(-1)!.outputs };
  const read = async (given: FirstLayer['given']) => {
    const through = { ...first, given };
    const samplesOf = ({ dataset, indices }: TrainingData['test'], stage: string) =>
      samplesFrom(dataset, indices, through, (done, total) => onSample(stage, done, total));
    return {
      training: await samplesOf(training, 'read training samples'),
      test: await samplesOf(test, 'read test samples'),
    };
  };
  if (!basis.pkg || inputs.some(({ name }) => name === tap)) return read(async ({ feeds }) => feeds[tap]!);
  const onArray = (done: number, total: number) => onSample('program the chip', done, total);
  const chip = await programChip(basis.pkg, { seed, onArray });
  const { reference, manifest } = basis.pkg;
  const model = { graph: reference, file: manifest.model.file };
  const seen = spreadSamples(training.dataset, inputs, training.dataset.length);
  const session = await simulate(basis.pkg, chip, { taps: [tap] });
  try {
    return await unlessRefused(model, seen, () =>
      read(async ({ feeds }) => (await session.run(feeds, [tap]))[tap]!),
    );
  } finally {
    await session.release();
  }
}

/**
 * Opens a run at its beginning: the chip, and the same network in floating point.
 * @throws DiagnosticError where the target cannot do the rule; train/not-trainable for layers that it cannot update
 */
export async function openRun(basis: Basis, request: TrainRequest, samples: TrainingSamples): Promise<Run> {
  const { compiled, chain } = basis;
  const { start, epochs } = request;
  const rule = ruleOf(request);
  raise(rule.refuse(compiled.loaded.target));
  const { learner, initial } = await rule.open(basis, request, start);
  const biasOf = (layer: number) =>
    Float32Array.from(
      compiled.mapping.layers[layerIndexOf(compiled.mapping, chain.nodes[layer]!.output)]!.node.bias,
    );
  const options = defined({ initial: initial?.map((weights, l) => ({ weights, bias: biasOf(l) })) });
  const chip = openTrainer(chain.network, { ...request, ...options }, learner);
  const float = openTrainer(chain.network, { ...request, ...options });
  return { chip, float, ...samples, epochs };
}

/**
 * Goes on where a checkpoint of the same run was taken.
 * @param file the checkpoint's, as messages name it
 * @throws DiagnosticError train/checkpoint-unreadable where its numbers are not those of such a run
 */
export function resume({ chip, float, epochs, training }: Run, checkpoint: Checkpoint, file: string): void {
  const trainers = [chip, float];
  const saved = trainers.map((_, i) => checkpoint.snapshots[i] ?? {});
  raise(
    trainers
      .flatMap((trainer, i) => misfitsOf(trainer, saved[i]!))
      .map((reason) => trainCheckpointUnreadable(file, reason)),
  );
  for (const [i, trainer] of trainers.entries()) restore(trainer, saved[i]!);
  const { epoch, position } = chip.progress;
  const same = float.progress.epoch === epoch && float.progress.position === position;
  // Between the last batch of an epoch and the first of the next, an epoch more is over.
  const over = checkpoint.epochs.length - epoch;
  const within = (over === 0 || over === 1) && epoch <= epochs && position <= training.count;
  if (!same || !within)
    raise([trainCheckpointUnreadable(file, `it stands at input ${position} of epoch ${epoch + 1}`)]);
}

/** Everything that a run depends on. */
export function identityOf(
  basis: Basis,
  request: TrainRequest,
  { training, test }: TrainingSamples,
): Identity {
  const { compiled, chain } = basis;
  const { layers } = chain.network;
  const shape = layers.map((l) => `${l.inputs}-${l.outputs} ${l.normalization} ${l.activation}`).join(', ');
  const { endurance: _, ...options } = request;
  return {
    network: shape,
    target: compiled.loaded.fingerprint,
    package: basis.pkg?.bitstream ?? '',
    'training samples': hashOf(training),
    'test samples': hashOf(test),
    ...options,
  };
}

function hashOf({ inputs, labels }: Samples): string {
  const hash = createHash('sha256');
  hash.update(new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength));
  return hash.update(Int32Array.from(labels)).digest('hex');
}

/**
 * The compilation of what was learnt. Of a whole network the inputs of later layers have changed: it is compiled anew, with
 * samples of the training data.
 */
export async function compileTrained(
  basis: Basis,
  { chip }: Pick<Run, 'chip'>,
  data: Dataset,
  options: CompileOptions,
  onProgress?: CompileHooks['onProgress'],
): Promise<Compiled> {
  const { compiled, chain, pkg } = basis;
  if (pkg) return replaceLayers(compiled, trainedLayers(chip, chain));
  const weights = chip.weights.map((own, l) => {
    const { weights: matrix, scale } = chip.learner!.learnt(l);
    return { ...own, matrix, scale };
  });
  const whole = await compileOn(modelOf(chain.network, weights), data, compiled.loaded, options, onProgress);
  return replaceLayers(whole, trainedLayers(chip, findChain(whole.graph, '*')));
}

/** @param nodes of the layers in the compilation */
function trainedLayers({ network, learner, weights }: Trainer, { nodes }: Chain): TrainedWeights[] {
  return nodes.map(({ output }, l): TrainedWeights => {
    const { bias, runningMean, runningVariance } = weights[l]!;
    const { scale, stored } = learner!.learnt(l);
    const batch = network.layers[l]!.normalization === 'batch';
    // What batch normalization does is folded into the layer.
    const gain = Float64Array.from(bias, (_, j) =>
      batch ? 1 / Math.sqrt(runningVariance[j]! + normalizationEpsilon) : 1,
    );
    return {
      output,
      ...stored,
      scales: gain.map((g) => scale * g),
      bias: bias.map((b, j) => (b - (batch ? runningMean[j]! : 0)) * gain[j]!),
    };
  });
}
