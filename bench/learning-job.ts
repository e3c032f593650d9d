/** One run of training on shared data: what to train, on which chip and for how long -> its accuracy and what it took. */

import { trainingChip } from '../src/schemes/transfer/synapses.ts';
import { loadTarget } from '../src/target/load.ts';
import type { Target } from '../src/target/target.ts';
import type { Job } from '../src/threads/pool.ts';
import { defaults } from '../src/train/defaults.ts';
import { perceptron, type TrainedLayer } from '../src/train/network.ts';
import { costsOf, type HiddenCosts } from '../src/train/rules/hidden/costs.ts';
import { type HiddenLearner, openHidden } from '../src/train/rules/hidden/learner.ts';
import type { HiddenRule } from '../src/train/rules/hidden/steps.ts';
import { mostCycles } from '../src/train/rules/hidden/wear.ts';
import { samplesOf } from '../src/train/samples.ts';
import { evaluate, openTrainer, type Trainer, trainBatch } from '../src/train/trainer.ts';
import { readPart } from './idx-part.ts';
import { scaledSpreads } from './spreads.ts';
import { momentsOf, standardize } from './standardize.ts';
import { tiledLayers } from './tiled-places.ts';

export interface LearningTask {
  /** Folder of idx files. */
  readonly data: string;
  readonly widths: readonly number[];
  readonly normalization: TrainedLayer['normalization'];
  /** The chip, or floating point with the same network, order and schedule. */
  readonly rule: 'hidden' | 'float';
  readonly batch: number;
  readonly transferEvery: number;
  /** Factor on all spreads of a transfer. */
  readonly spread: number;
  readonly seed: number;
  /** Inputs that are learnt from; samples are taken as often as that needs. */
  readonly inputs: number;
  /** What the hidden rule does otherwise than by default. */
  readonly hidden?: Partial<HiddenRule>;
  /** Last training images that are not learnt from, and scored in place of the test images. */
  readonly heldOut?: number;
  /** Whether inputs have mean 0 and standard deviation 1 over the pixels that are learnt from; else 0 to 1. */
  readonly standardized?: boolean;
}

export interface Learnt {
  readonly task: LearningTask;
  /** Percent of the images that are scored. */
  readonly accuracy: number;
  readonly synapses: number;
  readonly costs: HiddenCosts;
  readonly cycles: { readonly memristor: number; readonly fecap: number };
  /** Of the cycles of FeCAPs, those of their wake-up. */
  readonly wakeUps: number;
}

const targetName = 'leti-fecap-130nm';

export const job: Job<undefined, LearningTask, Learnt> = {
  module: import.meta.url,
  open: () => ({ run: learn }),
};

async function learn(task: LearningTask): Promise<Learnt> {
  const { target } = await loadTarget(targetName, await scaledSpreads(targetName, task.spread));
  const trainer = openTask(task, target);
  const { training, scored } = await readTask(task);
  while (trainer.progress.inputs < task.inputs) trainBatch(trainer, training);
  const { correct } = evaluate(trainer, scored);
  return {
    task,
    accuracy: (100 * correct) / scored.count,
    synapses: trainer.weights.reduce((sum, { matrix }) => sum + matrix.length, 0),
    costs: costsOf(trainer.learner?.synapses ?? []),
    cycles: mostCycles(trainer.learner?.synapses ?? []),
    wakeUps: target.hidden?.wakeUpCycles ?? 0,
  };
}

async function readTask({ data, widths, heldOut = 0, standardized = false }: LearningTask) {
  const all = await readPart(data, 'train');
  const [width, kept] = [widths[0]!, all.count - heldOut];
  const training = samplesOf(all, width, 0, kept);
  const scored = heldOut > 0 ? samplesOf(all, width, kept, heldOut) : await readPart(data, 't10k');
  if (!standardized) return { training, scored };
  const moments = momentsOf(training);
  return { training: standardize(training, moments), scored: standardize(scored, moments) };
}

function openTask(task: LearningTask, target: Target): Trainer<HiddenLearner> {
  const { widths, normalization, rule, batch, seed, transferEvery, hidden } = task;
  const network = perceptron(widths, normalization);
  const options = { ...defaults, seed, batch };
  if (rule === 'float') return openTrainer(network, options);
  const chip = trainingChip(target, seed);
  const places = tiledLayers(chip, network.layers);
  return openHidden(network, options, { ...defaults, ...hidden, transferEvery, chip, places });
}
