/**
 * Training, one batch after the other: a network, options and a chip become a state that holds all that a run has done,
 * and `trainBatch` turns it into the next. Forward and backward passes use the analogue weights as they are in the
 * memristors; what updates them is a learner (rules/). Without a chip the same network, order and schedule are run in floating point. Nothing depends on anything but the options, the
 * samples and the number of inputs so far.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import { stepBias, stepFloat } from './float-rule.ts';
import { drawFloat, type InitialLayer } from './initial.ts';
import type { LayerWeights, TrainableNetwork } from './network.ts';
import { type BatchResult, backward, forward, openPass, type Pass, score } from './pass.ts';
import type { Device, Learner, OpenLearner } from './rules/learner.ts';
import { epochOrder, readSample, type Samples } from './samples.ts';

export interface TrainOptions {
  readonly seed: number;
  /** Inputs of one update; 1 is online learning. */
  readonly batch: number;
  /** Learning rate in floating point. */
  readonly rate: number;
  /** Standard deviation of a layer's first weights in units of sqrt(2 / inputs); `lastGain` is the last layer's. */
  readonly gain: number;
  readonly lastGain: number;
  /** First weights of every layer, where they are not drawn. */
  readonly initial?: readonly InitialLayer[] | undefined;
}

/** How far a run has come. */
interface Progress {
  inputs: number;
  batches: number;
  epoch: number;
  /** Inputs of this epoch so far, and what they came to before they were learnt from. */
  position: number;
  loss: number;
  correct: number;
}

/** Why a run cannot go on: another batch could wear out a device of this kind. */
export interface EnduranceStop {
  readonly stop: Device;
  /** Inputs that were learnt from. */
  readonly inputs: number;
}

export interface Trainer<L extends Learner = Learner> {
  readonly network: TrainableNetwork;
  readonly options: TrainOptions;
  /** What learns on the chip; undefined for floating point. */
  readonly learner: L | undefined;
  readonly weights: readonly LayerWeights[];
  readonly pass: Pass;
  readonly labels: Int32Array;
  readonly progress: Progress;
  /** The epoch's order; made again where it is missing. */
  order: Uint32Array | undefined;
}

/** Opens a run, in floating point where nothing else learns. */
export function openTrainer<L extends Learner>(
  network: TrainableNetwork,
  options: TrainOptions,
  open?: OpenLearner<L>,
): Trainer<L> {
  const { layers } = network;
  layers.forEach(({ name, inputs }, l) => {
    if (l > 0 && inputs !== layers[l - 1]!.outputs)
      throw new InternalError('train', `layer ${name} does not take what comes before it`);
  });
  const pass = openPass(network, options.batch);
  const learner = open?.(pass.layers.map(({ matrix }) => matrix));
  return {
    network,
    options,
    learner,
    weights: layers.map((layer, l): LayerWeights => {
      const { outputs, normalization } = layer;
      const gain = l === layers.length - 1 ? options.lastGain : options.gain;
      const initial = options.initial?.[l];
      const { matrix } = pass.layers[l]!;
      if (!learner) matrix.set(initial ? initial.weights : drawFloat(options.seed, l, layer, gain));
      const running = normalization === 'batch' ? outputs : 0;
      return {
        matrix,
        scale: learner?.scales[l] ?? 1,
        bias: initial ? initial.bias.slice() : new Float32Array(outputs),
        runningMean: new Float32Array(running),
        runningVariance: new Float32Array(running).fill(1),
      };
    }),
    pass,
    labels: new Int32Array(options.batch),
    progress: { inputs: 0, batches: 0, epoch: 0, position: 0, loss: 0, correct: 0 },
    order: undefined,
  };
}

/**
 * Learns from the next batch of the epoch, the last of which may be smaller.
 * @returns what the batch came to before it was learnt from, or what would wear out if it were learnt from
 */
export function trainBatch(trainer: Trainer, samples: Samples): BatchResult | EnduranceStop {
  const { network, options, learner, pass, progress, labels } = trainer;
  const position = progress.position < samples.count ? progress.position : 0;
  const rows = Math.min(options.batch, samples.count - position);
  const stop = learner?.wornBy(progress.inputs, progress.inputs + rows);
  if (stop) return { stop, inputs: progress.inputs };
  if (position < progress.position) {
    Object.assign(progress, { epoch: progress.epoch + 1, position, loss: 0, correct: 0 });
    trainer.order = undefined;
  }
  trainer.order ??= epochOrder(options.seed, progress.epoch, samples.count);
  const width = network.layers[0]!.inputs;
  for (let b = 0; b < rows; b++) {
    const sample = trainer.order[position + b]!;
    readSample(samples, sample, width, pass.layers[0]!.x, b * width);
    labels[b] = samples.labels[sample]!;
  }
  forward(pass, trainer.weights, rows, true);
  const result = score(pass, labels, rows);
  backward(pass, trainer.weights, rows);
  update(trainer, rows);
  progress.inputs += rows;
  progress.batches++;
  progress.position += rows;
  progress.loss += result.loss;
  progress.correct += result.correct;
  learner?.end(progress.inputs - rows, progress.inputs);
  return result;
}

/** Whether something that is due after `every` inputs falls due between two numbers of them. */
export function crosses(before: number, after: number, every: number): boolean {
  return Math.floor(before / every) < Math.floor(after / every);
}

function update({ options, learner, weights, pass, progress }: Trainer, rows: number): void {
  pass.layers.forEach((layer, l) => {
    stepBias(weights[l]!, layer, rows, learner?.biasRate ?? options.rate);
    if (learner) learner.step(l, layer, rows, progress.batches);
    else stepFloat(weights[l]!, layer, rows, options.rate);
  });
}

/** Runs samples through the network as it is: the loss and the right answers of all of them. */
export function evaluate(trainer: Trainer, samples: Samples): BatchResult {
  const { network, weights, pass } = trainer;
  const width = network.layers[0]!.inputs;
  let [loss, correct] = [0, 0];
  for (let first = 0; first < samples.count; first += pass.capacity) {
    const rows = Math.min(pass.capacity, samples.count - first);
    for (let b = 0; b < rows; b++) readSample(samples, first + b, width, pass.layers[0]!.x, b * width);
    forward(pass, weights, rows, false);
    const labels = Array.from({ length: rows }, (_, b) => samples.labels[first + b]!);
    const result = score(pass, labels, rows);
    loss += result.loss;
    correct += result.correct;
  }
  return { loss, correct };
}
