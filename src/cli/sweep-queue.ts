/** Tasks of a sweep go to live workers, and their results come back. */
import { join } from 'node:path';
import { mixedProcessors } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Queueing } from '../queue/connect.ts';
import { submit } from '../queue/submit.ts';
import type { QueueState } from '../queue/watch.ts';
import { counted } from '../report/number.ts';
import { packageIn } from '../sweep/package-folder.ts';
import type { ResultsFolder } from '../sweep/results-folder.ts';
import type { Transport } from '../sweep/run-tasks.ts';
import type { SweepTask } from '../sweep/task.ts';
import { type Io, printDiagnostics } from './io.ts';
import { blobsFor, ownMember, type QueueFlags } from './queue.ts';
import { sweepWork } from './sweep-work.ts';

export interface OverQueue {
  readonly queueing: Queueing;
  readonly flags: QueueFlags;
  readonly folder: ResultsFolder;
  readonly signal: AbortSignal;
  /** Told every second how things stand, as a note beside the progress. */
  readonly onNote: (note: string) => void;
}

export function transportOverQueue(
  io: Io,
  { queueing, flags, folder, signal, onNote }: OverQueue,
): Transport {
  return async function* (tasks) {
    const paths = new Map<string, string>();
    const located = function* () {
      for (const task of tasks) {
        for (const [sha256, path] of filesOf(task, folder)) paths.set(sha256, path);
        yield task;
      }
    };
    const seen = onceMixed(queueing.address.name, (problem) => printDiagnostics(io, [problem]));
    yield* submit(located(), {
      ...{ queueing, work: sweepWork, self: await ownMember(0), signal },
      blobs: blobsFor(queueing, flags),
      pathOf: async (sha256) => paths.get(sha256)!,
      onProblem: (problem) => printDiagnostics(io, [problem]),
      onState(state) {
        seen(state);
        onNote(noteOf(state));
      },
    });
  };
}

/** Warns, once, of workers whose processors differ. */
export function onceMixed(queue: string, warn: (problem: Diagnostic) => void) {
  let told = false;
  return ({ processors }: Pick<QueueState, 'processors'>): void => {
    if (told || processors.length < 2) return;
    told = true;
    warn(mixedProcessors(queue, processors));
  };
}

/** Where the files of a task are in the folder of the sweep. */
function filesOf({ model, package: { sha256, files } }: SweepTask, folder: ResultsFolder) {
  const place = packageIn(folder.packages, sha256);
  return [
    [model.file, folder.model(model.file)] as const,
    ...Object.entries(files).map(([name, hash]) => [hash, join(place, name)] as const),
  ];
}

/** A Redis that was away for less is not worth a word (s). */
const worthSaying = 3;

export function noteOf({ workers, rate, silent = 0 }: QueueState): string {
  if (silent > worthSaying) return `Redis has not answered for ${Math.round(silent)} s`;
  if (workers === 0) return 'no worker is there';
  return `${counted(workers, 'worker')}, ${rate < 10 ? rate.toFixed(1) : Math.round(rate)} tasks/s`;
}
