/**
 * A run of training from its present state to its last epoch: the chip, and beside it floating point with the same network,
 * order and schedule.
 */

import { resultNotANumber, trainEnduranceSpent } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { weightsOf } from './network.ts';
import type { BatchResult } from './pass.ts';
import { type Samples, samplesOf } from './samples.ts';
import { crosses, type EnduranceStop, evaluate, type Trainer, trainBatch } from './trainer.ts';

/** What an epoch came to. Accuracies are in percent. */
export interface Epoch {
  /** Mean loss of its inputs, each before it was learnt from. */
  readonly loss: number;
  /** Of its inputs, each before it was learnt from. */
  readonly training: number;
  /** Of the test samples, after it: of the chip, and of floating point. */
  readonly test: number;
  readonly float: number;
}

export interface Run {
  readonly chip: Trainer;
  readonly float: Trainer;
  readonly training: Samples;
  readonly test: Samples;
  readonly epochs: number;
}

export interface RunHooks {
  /**
   * Called now and then, between two batches or in the test after an epoch, where a run can be stopped: what it throws ends the run.
   * @param epochs that are over
   * @param tested samples of the test that is under way, chip and floating point together; undefined while it learns
   */
  readonly onProgress?: (run: Run, epochs: readonly Epoch[], tested?: number) => void | Promise<void>;
  /** Called after every `checkpointEvery` inputs, between two batches. */
  readonly checkpointEvery?: number | undefined;
  readonly onCheckpoint?: (run: Run, epochs: readonly Epoch[]) => Promise<void>;
}

/** Inputs between two reports of progress, and two chances for the process to hear signals: at most, and times weights. */
const [inputsAtOnce, weightsAtOnce] = [200, 40_000_000];

function inputsBetween({ network }: Trainer): number {
  const weights = network.layers.reduce((sum, layer) => sum + weightsOf(layer), 0);
  return Math.max(1, Math.min(inputsAtOnce, Math.floor(weightsAtOnce / weights)));
}

/**
 * @param done epochs that are over
 * @returns all epochs
 * @throws DiagnosticError train/endurance-spent where a device would be used up; result/not-a-number where learning diverges
 */
export async function finishRun(run: Run, done: readonly Epoch[], hooks: RunHooks = {}): Promise<Epoch[]> {
  const { chip, float, training } = run;
  const epochs = [...done];
  const { progress } = chip;
  const every = hooks.checkpointEvery ?? Number.POSITIVE_INFINITY;
  const between = inputsBetween(chip);
  const show = async (tested?: number) => {
    await hooks.onProgress?.(run, epochs, tested);
    await new Promise(setImmediate);
  };
  while (epochs.length < run.epochs) {
    if (progress.position >= training.count && epochs.length === progress.epoch) {
      epochs.push(await testedEpoch(run, epochs.length + 1, show));
      continue;
    }
    const before = progress.inputs;
    const result = trainBatch(chip, training);
    if ('stop' in result) raise([stopped(chip, result)]);
    trainBatch(float, training);
    if (crosses(before, progress.inputs, every)) await hooks.onCheckpoint?.(run, epochs);
    if (crosses(before, progress.inputs, between)) await show();
  }
  return epochs;
}

/** The epoch whose inputs are all learnt from. @param number of the epoch, from 1 */
async function testedEpoch(
  { chip, float, training, test }: Run,
  number: number,
  show: (tested: number) => Promise<void>,
): Promise<Epoch> {
  const { loss, correct } = chip.progress;
  const onChip = await evaluateInParts(chip, test, show);
  const inFloat = await evaluateInParts(float, test, (tested) => show(test.count + tested));
  checkLosses(number, {
    'training the chip': loss,
    'testing the chip': onChip.loss,
    'testing floating point': inFloat.loss,
  });
  return {
    loss: loss / training.count,
    training: (100 * correct) / training.count,
    test: (100 * onChip.correct) / test.count,
    float: (100 * inFloat.correct) / test.count,
  };
}

/** As `evaluate` does, with looks at the world in between. */
async function evaluateInParts(
  trainer: Trainer,
  samples: Samples,
  show: (tested: number) => Promise<void>,
): Promise<BatchResult> {
  const [width, { batch }] = [trainer.network.layers[0]!.inputs, trainer.options];
  const size = batch * Math.ceil(inputsBetween(trainer) / batch);
  let [loss, correct] = [0, 0];
  for (let first = 0; first < samples.count; first += size) {
    const part = samplesOf(samples, width, first, size);
    const result = evaluate(trainer, part);
    loss += result.loss;
    correct += result.correct;
    await show(first + part.count);
  }
  return { loss, correct };
}

function checkLosses(epoch: number, losses: Readonly<Record<string, number>>): void {
  const broken = Object.entries(losses).filter(([, loss]) => !Number.isFinite(loss));
  raise(
    broken.map(([of, loss]) =>
      resultNotANumber(`epoch ${epoch}`, `the loss of ${of} is ${loss}`, 'Choose lower learning rates.'),
    ),
  );
}

function stopped({ learner }: Trainer, { stop, inputs }: EnduranceStop) {
  const device = stop === 'memristor' ? 'a memristor' : 'a FeCAP';
  const limit = learner?.limits?.[stop] ?? 0;
  const reason = `learning from it could wear out ${device}`;
  return trainEnduranceSpent(`input ${inputs + 1}`, reason, `${limit} cycles`);
}
