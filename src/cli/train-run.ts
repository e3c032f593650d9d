/** Runs learning with progress and checkpoints, from its beginning or from a checkpoint. */
import { trainCheckpointUnreadable } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { readBytes } from '../files/read-file.ts';
import { writeInPlace } from '../files/write-file.ts';
import { formatShare } from '../report/number.ts';
import { formatQuantity } from '../text/units.ts';
import { decodeCheckpoint, encodeCheckpoint, type Identity } from '../train/checkpoint.ts';
import { costsOf } from '../train/costs.ts';
import { enduranceOf } from '../train/report.ts';
import { type Epoch, finishRun, type Run } from '../train/run.ts';
import { snapshot } from '../train/snapshot.ts';
import { resume } from '../train/train.ts';
import type { Trainer } from '../train/trainer.ts';
import type { Stages } from './stages.ts';
import type { TrainCommandLine } from './train-subject.ts';

export const checkpointOf = (output: string): string => `${output}.checkpoint`;

/** Runs from the beginning or from the checkpoint, and writes checkpoints on the way. */
export async function learn(
  opened: Run,
  identity: Identity,
  { checkpointEvery, resume: goOn, output }: TrainCommandLine,
  report: Stages['report'],
): Promise<Epoch[]> {
  const file = checkpointOf(output);
  const done: Epoch[] = [];
  if (goOn) {
    const read = await readBytes(file);
    if ('reason' in read) throw new DiagnosticError([trainCheckpointUnreadable(file, read)]);
    const checkpoint = decodeCheckpoint(read.bytes, file, identity);
    resume(opened, checkpoint, file);
    done.push(...checkpoint.epochs);
  }
  return finishRun(opened, done, {
    checkpointEvery,
    onCheckpoint: async ({ chip, float }, epochs) =>
      writeInPlace(
        file,
        encodeCheckpoint({ identity, epochs, snapshots: [snapshot(chip), snapshot(float)] }),
        true,
      ),
    onProgress: (now, epochs) => {
      const { epoch, position } = now.chip.progress;
      report(`epoch ${epoch + 1} of ${now.epochs}`, position, now.training.count, noteOn(now, epochs));
    },
  });
}

/** How learning goes: this epoch's inputs, each before it was learnt from, and what the chip has had. */
function noteOn({ chip }: Run, epochs: readonly Epoch[]): string {
  const { loss, correct, position } = chip.progress;
  const { memristorEnergy, fecapEnergy } = costsOf(chip.synapses);
  const last = epochs.at(-1);
  return [
    `${((100 * correct) / position).toFixed(2)} % right`,
    `loss ${(loss / position).toFixed(3)}`,
    ...(last ? [`test ${last.test.toFixed(2)} %`] : []),
    `${chip.synapses[0]!.counts.rounds} transfers`,
    formatQuantity(memristorEnergy + fecapEnergy, 'J'),
    `${formatShare(enduranceShare(chip))} of endurance`,
  ].join(', ');
}

function enduranceShare(chip: Trainer): number {
  const used = Object.values(enduranceOf(chip));
  return Math.max(...used.map(({ cycles, limit }) => cycles / (limit ?? Number.POSITIVE_INFINITY)));
}
