/**
 * Training, one batch after the other: a network, options and a chip become a state that holds all that a run has done,
 * and `trainBatch` turns it into the next. Forward and backward passes use the analogue weights as they are in the
 * memristors; updates go to the hidden integers in FeCAPs; every `transferEvery` inputs these are transferred. Without a
 * chip the same network, order and schedule are run in floating point. Nothing depends on anything but the options, the
 * samples and the number of inputs so far.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { LayerSynapses, SynapsePlaces, TrainingChip } from '../schemes/transfer/layer.ts';
import { openLayer } from '../schemes/transfer/synapses.ts';
import { transferLayer } from '../schemes/transfer/transfer-layer.ts';
import { writeSynapse } from '../schemes/transfer/wear.ts';
import { stepsPerLevel } from '../target/hidden-plane.ts';
import { type EnduranceLimits, type EnduranceStop, type FecapReserve, wornOut } from './endurance.ts';
import { stepBias, stepFloat } from './float-rule.ts';
import { type HiddenRule, type HiddenStepper, openStepper, stepHidden } from './hidden-rule.ts';
import { drawFloat, drawHidden, type InitialLayer, levelFor, realWeights } from './initial.ts';
import { type LayerWeights, type TrainableNetwork, type TrainedLayer, weightsOf } from './network.ts';
import { type BatchResult, backward, forward, openPass, type Pass, score } from './pass.ts';
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

/** What learning on a chip takes besides. */
export interface ChipOptions extends HiddenRule {
  readonly chip: TrainingChip;
  /** Of every layer. */
  readonly places: readonly SynapsePlaces[];
  /** Learning rate of the digital biases, which are not delayed by transfers. */
  readonly biasRate: number;
  /** Inputs from one transfer to the next. */
  readonly transferEvery: number;
  /** Largest magnitude of the first hidden integers. */
  readonly range: number;
  /** Cycles that end the run; undefined where nothing is to. */
  readonly endurance?: EnduranceLimits | undefined;
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

export interface Trainer {
  readonly network: TrainableNetwork;
  readonly options: TrainOptions;
  /** undefined for floating point. */
  readonly chip: ChipOptions | undefined;
  readonly weights: readonly LayerWeights[];
  /** By layer; none in floating point. */
  readonly synapses: readonly LayerSynapses[];
  readonly steppers: readonly HiddenStepper[];
  readonly pass: Pass;
  readonly labels: Int32Array;
  readonly progress: Progress;
  readonly reserve: FecapReserve;
  /** The epoch's order; made again where it is missing. */
  order: Uint32Array | undefined;
}

/** Opens a run. On a chip, the first hidden integers are written and transferred. */
export function openTrainer(network: TrainableNetwork, options: TrainOptions, chip?: ChipOptions): Trainer {
  const { layers } = network;
  layers.forEach(({ name, inputs }, l) => {
    if (l > 0 && inputs !== layers[l - 1]!.outputs)
      throw new InternalError('train', `layer ${name} does not take what comes before it`);
  });
  const pass = openPass(network, options.batch);
  const onChip = ({ inputs, outputs }: TrainedLayer, l: number, { chip: own, places }: ChipOptions) =>
    openLayer(own, places[l]!, inputs, outputs, pass.layers[l]!.matrix);
  const synapses = chip ? layers.map((layer, l) => onChip(layer, l, chip)) : [];
  const trainer: Trainer = {
    network,
    options,
    chip,
    weights: layers.map((layer, l): LayerWeights => {
      const { outputs, normalization } = layer;
      const gain = l === layers.length - 1 ? options.lastGain : options.gain;
      const initial = options.initial?.[l];
      const { matrix } = pass.layers[l]!;
      if (!chip) matrix.set(initial ? realWeights(initial) : drawFloat(options.seed, l, layer, gain));
      const running = normalization === 'batch' ? outputs : 0;
      return {
        matrix,
        scale: chip ? levelOf(layer, initial, chip, gain) : 1,
        bias: initial ? initial.bias.slice() : new Float32Array(outputs),
        runningMean: new Float32Array(running),
        runningVariance: new Float32Array(running).fill(1),
      };
    }),
    synapses,
    steppers: chip ? synapses.map((layer, l) => openStepper(layer, chip, options.seed, l)) : [],
    pass,
    labels: new Int32Array(options.batch),
    progress: { inputs: 0, batches: 0, epoch: 0, position: 0, loss: 0, correct: 0 },
    reserve: { cycles: 0 },
    order: undefined,
  };
  if (chip) {
    synapses.forEach((layer, l) => {
      const count = weightsOf(layers[l]!);
      const hidden = options.initial?.[l]?.hidden ?? drawHidden(options.seed, l, count, chip.range);
      for (let w = 0; w < count; w++) writeSynapse(layer, w, hidden[w]!);
    });
    transferAll(trainer);
  }
  return trainer;
}

/** Real weight of one level. */
function levelOf(layer: TrainedLayer, initial: InitialLayer | undefined, chip: ChipOptions, gain: number) {
  const { hidden } = chip.chip.law;
  return initial ? initial.step * stepsPerLevel(hidden) : levelFor(layer, hidden, chip.range, gain);
}

/** Transfers every layer. */
export function transferAll({ synapses }: Trainer): void {
  for (const layer of synapses) transferLayer(layer);
}

/**
 * Learns from the next batch of the epoch, the last of which may be smaller, and transfers where that is due.
 * @returns what the batch came to before it was learnt from, or what would wear out if it were learnt from
 */
export function trainBatch(trainer: Trainer, samples: Samples): BatchResult | EnduranceStop {
  const { network, options, chip, pass, progress, labels } = trainer;
  const position = progress.position < samples.count ? progress.position : 0;
  const rows = Math.min(options.batch, samples.count - position);
  const due = chip !== undefined && crosses(progress.inputs, progress.inputs + rows, chip.transferEvery);
  const stop = chip?.endurance && wornOut(trainer.synapses, chip.endurance, due, trainer.reserve);
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
  if (due) transferAll(trainer);
  return result;
}

/** Whether something that is due after `every` inputs falls due between two numbers of them. */
export function crosses(before: number, after: number, every: number): boolean {
  return Math.floor(before / every) < Math.floor(after / every);
}

function update({ options, chip, weights, steppers, pass, progress }: Trainer, rows: number): void {
  pass.layers.forEach((layer, l) => {
    stepBias(weights[l]!, layer, rows, chip?.biasRate ?? options.rate);
    const stepper = steppers[l];
    if (stepper) stepHidden(stepper, layer, rows, progress.batches);
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
