/** Runs learning with progress and checkpoints, from its beginning or from a checkpoint. */
import { trainCheckpointUnreadable } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { readBytes } from '../files/read-file.ts';
import { writeInPlace } from '../files/write-file.ts';
import { formatShare } from '../report/number.ts';
import { formatQuantity } from '../text/units.ts';
import { decodeCheckpoint, encodeCheckpoint, type Identity } from '../train/checkpoint.ts';
import { enduranceOf } from '../train/report.ts';
import { type Epoch, finishRun, type Run, type RunHooks } from '../train/run.ts';
import { snapshot } from '../train/snapshot.ts';
import { resume } from '../train/train.ts';
import type { Trainer } from '../train/trainer.ts';
import type { Io } from './io.ts';
import type { Stages } from './stages.ts';
import type { TrainCommandLine } from './train-subject.ts';

export const checkpointOf = (output: string): string => `${output}.checkpoint`;

/** Time between two checkpoints where the command line does not say (ms). */
const pause = 60_000;
/** Writing checkpoints takes this part of the time at most. */
const writingShare = 1 / 20;

/** What learning sees of the command that it runs for. */
interface Watched {
  readonly now: Io['now'];
  readonly report: Stages['report'];
  readonly signal: Stages['signal'];
  /** Called after every checkpoint. */
  readonly onKept: () => void;
}

/**
 * Runs from the beginning or from the checkpoint, and writes checkpoints on the way: every so many inputs, or every minute; and
 * one where it is told to stop.
 */
export async function learn(
  opened: Run,
  identity: Identity,
  { checkpointEvery, resume: goOn, output }: TrainCommandLine,
  { now, report, signal, onKept }: Watched,
): Promise<Epoch[]> {
  const file = checkpointOf(output);
  const done = goOn ? await resumed(opened, identity, file) : [];
  let due = now() + pause;
  const keep: RunHooks['onCheckpoint'] = async ({ chip, float }, epochs) => {
    const start = now();
    const snapshots = [snapshot(chip), snapshot(float)];
    await writeInPlace(file, encodeCheckpoint({ identity, epochs, snapshots }), true);
    due = now() + Math.max(pause, (now() - start) / writingShare);
    onKept();
  };
  return finishRun(opened, done, {
    checkpointEvery,
    onCheckpoint: keep,
    onProgress: async (run, epochs, tested) => {
      if (signal.aborted || (checkpointEvery === undefined && now() >= due)) await keep(run, epochs);
      const { epoch, position } = run.chip.progress;
      const which = `epoch ${epoch + 1} of ${run.epochs}`;
      if (tested === undefined) report(which, position, run.training.count, noteOn(run, epochs));
      else report(`${which}: test`, tested, 2 * run.test.count);
    },
  });
}

/** Takes a run to its checkpoint. @returns the epochs that are over */
async function resumed(opened: Run, identity: Identity, file: string): Promise<readonly Epoch[]> {
  const read = await readBytes(file);
  if ('reason' in read) throw new DiagnosticError([trainCheckpointUnreadable(file, read)]);
  const checkpoint = decodeCheckpoint(read.bytes, file, identity);
  resume(opened, checkpoint, file);
  return checkpoint.epochs;
}

/** How learning goes: this epoch's inputs, each before it was learnt from, and what the chip has had. */
function noteOn({ chip }: Run, epochs: readonly Epoch[]): string {
  const { loss, correct, position } = chip.progress;
  const { operations, energy } = chip.learner!.done();
  const last = epochs.at(-1);
  const share = enduranceShare(chip);
  return [
    `${((100 * correct) / position).toFixed(2)} % right`,
    `loss ${(loss / position).toFixed(3)}`,
    ...(last ? [`test ${last.test.toFixed(2)} %`] : []),
    operations,
    formatQuantity(energy, 'J'),
    ...(share > 0 ? [`${formatShare(share)} of endurance`] : []),
  ].join(', ');
}

function enduranceShare(chip: Trainer): number {
  const used = Object.values(enduranceOf(chip));
  return Math.max(...used.map(({ cycles, limit }) => cycles / (limit ?? Number.POSITIVE_INFINITY)));
}
