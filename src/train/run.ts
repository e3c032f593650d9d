/**
 * A run of training from its present state to its last epoch: the chip, and beside it floating point with the same network,
 * order and schedule.
 */

import { resultNotANumber, trainEnduranceSpent } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { EnduranceStop } from './endurance.ts';
import type { Samples } from './samples.ts';
import { crosses, evaluate, type Trainer, trainBatch } from './trainer.ts';

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
  /** Called now and then: the test accuracy is that of the last epoch. */
  readonly onProgress?: (run: Run, epochs: readonly Epoch[]) => void;
  /** Called after every `checkpointEvery` inputs, between two batches. */
  readonly checkpointEvery?: number | undefined;
  readonly onCheckpoint?: (run: Run, epochs: readonly Epoch[]) => Promise<void>;
}

/** Inputs between two reports of progress, and two chances for the process to hear signals. */
const inputsAtOnce = 200;

/**
 * @param done epochs that are over
 * @returns all epochs
 * @throws DiagnosticError train/endurance-spent where a device would be used up; result/not-a-number where learning diverges
 */
export async function finishRun(run: Run, done: readonly Epoch[], hooks: RunHooks = {}): Promise<Epoch[]> {
  const { chip, float, training, test } = run;
  const epochs = [...done];
  const { progress } = chip;
  const every = hooks.checkpointEvery ?? Number.POSITIVE_INFINITY;
  while (epochs.length < run.epochs) {
    const before = progress.inputs;
    const result = trainBatch(chip, training);
    if ('stop' in result) raise([stopped(chip, result)]);
    trainBatch(float, training);
    if (progress.position >= training.count) {
      const [onChip, inFloat] = [evaluate(chip, test), evaluate(float, test)];
      checkLosses(epochs.length + 1, {
        'training the chip': progress.loss,
        'testing the chip': onChip.loss,
        'testing floating point': inFloat.loss,
      });
      epochs.push({
        loss: progress.loss / training.count,
        training: (100 * progress.correct) / training.count,
        test: (100 * onChip.correct) / test.count,
        float: (100 * inFloat.correct) / test.count,
      });
    }
    if (crosses(before, progress.inputs, every)) await hooks.onCheckpoint?.(run, epochs);
    if (crosses(before, progress.inputs, inputsAtOnce)) {
      hooks.onProgress?.(run, epochs);
      await new Promise(setImmediate);
    }
  }
  return epochs;
}

function checkLosses(epoch: number, losses: Readonly<Record<string, number>>): void {
  const broken = Object.entries(losses).filter(([, loss]) => !Number.isFinite(loss));
  raise(
    broken.map(([of, loss]) =>
      resultNotANumber(`epoch ${epoch}`, `the loss of ${of} is ${loss}`, 'Choose lower learning rates.'),
    ),
  );
}

function stopped({ chip }: Trainer, { stop, inputs }: EnduranceStop) {
  const device = stop === 'memristor' ? 'a memristor' : 'a FeCAP';
  const limit = chip?.endurance?.[stop] ?? 0;
  const reason = `learning from it could wear out ${device}`;
  return trainEnduranceSpent(`input ${inputs + 1}`, reason, `${limit} cycles`);
}
