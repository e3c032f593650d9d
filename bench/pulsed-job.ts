/** One run of learning by pulses on MNIST: which devices, network and schedule -> accuracy on the images that are scored. */
import { loadTarget } from '../src/target/load.ts';
import type { Job } from '../src/threads/pool.ts';
import { tikiTakaDefaults } from '../src/train/defaults.ts';
import { perceptron, type TrainedLayer } from '../src/train/network.ts';
import type { Learner } from '../src/train/rules/learner.ts';
import { openParallelLearner } from '../src/train/rules/parallel/learner.ts';
import { besides } from '../src/train/rules/program-layers.ts';
import { openTikiTaka, type TikiTakaOptions } from '../src/train/rules/tiki-taka/learner.ts';
import { samplesOf } from '../src/train/samples.ts';
import { evaluate, openTrainer, type Trainer, trainBatch } from '../src/train/trainer.ts';
import { readPart } from './idx-part.ts';
import { pulsedChip } from './pulsed-chip.ts';

export interface PulsedTask {
  /** Folder of idx files. */
  readonly data: string;
  readonly widths: readonly number[];
  readonly normalization: TrainedLayer['normalization'];
  readonly rule: 'parallel' | 'tiki-taka-2' | 'tiki-taka-4' | 'float';
  /** Of Tiki-Taka. */
  readonly fast?: Partial<
    Pick<TikiTakaOptions, 'fastSteps' | 'transferEvery' | 'chopEvery' | 'symmetryPulses'>
  >;
  /** Fields of the target in place of its own. */
  readonly overrides: readonly string[];
  readonly learningRate: number;
  readonly weightRange: number;
  readonly longestTrain: number;
  readonly seed: number;
  readonly epochs: number;
  /** First images that are learnt from. */
  readonly samples: number;
  /** Last training images, scored in place of the test images; 0: these. */
  readonly heldOut: number;
}

export interface PulsedResult {
  readonly task: PulsedTask;
  /** Percent of the images that are scored, after every epoch. */
  readonly accuracies: readonly number[];
}

const targetName = 'cmo-hfox-350nm';

export const job: Job<undefined, PulsedTask, PulsedResult> = {
  module: import.meta.url,
  open: () => ({ run: learn }),
};

async function learn(task: PulsedTask): Promise<PulsedResult> {
  const { data, samples, heldOut, widths, epochs } = task;
  const all = await readPart(data, 'train');
  const training = samplesOf(all, widths[0]!, 0, samples);
  const scored =
    heldOut > 0 ? samplesOf(all, widths[0]!, all.count - heldOut, heldOut) : await readPart(data, 't10k');
  const trainer = await openPulsed(task);
  const accuracies: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    while (trainer.progress.inputs < epoch * samples) trainBatch(trainer, training);
    accuracies.push((100 * evaluate(trainer, scored).correct) / scored.count);
  }
  return { task, accuracies };
}

/** The run at its beginning. */
export async function openPulsed(
  task: Omit<PulsedTask, 'data' | 'epochs' | 'samples' | 'heldOut'>,
): Promise<Trainer> {
  const {
    widths,
    normalization,
    rule,
    learningRate: rate,
    seed,
    overrides,
    weightRange,
    longestTrain,
  } = task;
  const network = perceptron(widths, normalization);
  const options = { seed, batch: 1, rate, gain: 1, lastGain: 1 };
  if (rule === 'float') return openTrainer<Learner>(network, options);
  const chip = await pulsedChip(await loadTarget(targetName, overrides), network, seed, weightRange);
  const taken = { learningRate: rate, biasRate: rate, longestTrain, updateBias: 'half' } as const;
  if (rule === 'parallel')
    return openTrainer(network, options, openParallelLearner(network, options, taken, chip));
  const symmetryPulses = tikiTakaDefaults.symmetryPulses[rule];
  const tikiTaka = { ...tikiTakaDefaults, ...taken, symmetryPulses, ...task.fast };
  const learner = openTikiTaka(network, options, tikiTaka, chip, besides(chip), rule === 'tiki-taka-4');
  return openTrainer(network, options, learner);
}
