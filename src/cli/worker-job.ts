/** Tasks that a worker has from a queue, in a thread of its own: with the first of its data that are those of the task. */
import { defined } from '../defined.ts';
import { type Diagnostic, DiagnosticError, InternalError } from '../diagnostics/diagnostic.ts';
import { openStore } from '../files/result-store.ts';
import type { Call } from '../queue/thread-executor.ts';
import { executeTask, type Place } from '../sweep/execute.ts';
import type { SweepResult, SweepTask } from '../sweep/task.ts';
import type { Job } from '../threads/pool.ts';

export interface WorkerContext {
  /** Folder in which packages are put together. */
  readonly packages: string;
  /** Paths of data, one after the other. */
  readonly data: readonly string[];
  readonly labels?: string;
  readonly dataLimit?: number;
  /** Where outputs of floating point and the integer reference are kept, and the hash of the code that makes them. */
  readonly store?: { readonly folder: string; readonly code: string };
}

/** Whether a problem is of the data that a worker was given: with others the task may go well. */
export const isOfData = ({ code }: Pick<Diagnostic, 'code'>) => code.startsWith('data/');

export const job: Job<WorkerContext, Call<SweepTask>, SweepResult> = {
  module: import.meta.url,
  open({ packages, data, labels, dataLimit, store }) {
    let files: Readonly<Record<string, string>> = {};
    const kept = store && openStore(store.folder, store.code);
    const places = data.map(
      (path): Place => ({
        blob: async (sha256) => files[sha256]!,
        ...{ packages, data: path },
        ...defined({ labels, dataLimit, store: kept }),
      }),
    );
    return {
      async run(call) {
        files = call.files;
        const problems: Diagnostic[] = [];
        for (const [i, place] of places.entries()) {
          try {
            const result = await executeTask(call.task, place);
            // The next task is probably of the same data.
            places.unshift(...places.splice(i, 1));
            return result;
          } catch (error) {
            if (!(error instanceof DiagnosticError && error.diagnostics.every(isOfData))) throw error;
            problems.push(...error.diagnostics);
          }
        }
        if (problems.length === 0) throw new InternalError('worker', 'it has no data');
        throw new DiagnosticError(problems);
      },
    };
  },
};
