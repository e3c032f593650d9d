/** Tasks in any thread of this machine: each has its own memory of what it had opened. */
import { join } from 'node:path';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { openStore } from '../files/result-store.ts';
import type { Job } from '../threads/pool.ts';
import { executeTask, type Place } from './execute.ts';
import type { TaskOutcome } from './run-tasks.ts';
import type { SweepTask } from './task.ts';

/** Where the data of a task are: plain data, for threads. */
export interface DataPlace {
  readonly data: string;
  readonly labels?: string;
}

export interface TaskContext {
  readonly packages: string;
  /** Folder of models, by the hash of their files. */
  readonly models: string;
  /** By the hash that a task has of them. */
  readonly data: Readonly<Record<string, DataPlace>>;
  readonly dataLimit?: number;
  /** Where outputs of floating point and the integer reference are kept, and the hash of the code that makes them. */
  readonly store?: { readonly folder: string; readonly code: string };
  /** Threads of each task. */
  readonly threads: number;
}

export const job: Job<TaskContext, SweepTask, TaskOutcome> = {
  module: import.meta.url,
  open({ packages, models, data, dataLimit, store, threads }) {
    const kept = store && openStore(store.folder, store.code);
    const places = new Map<string, Place>();
    const placeOf = ({ data: { sha256 } }: SweepTask): Place => {
      const given = data[sha256]!;
      const key = JSON.stringify(given);
      const known = places.get(key);
      if (known) return known;
      const place: Place = {
        ...{ packages, threads, dataLimit, ...given },
        blob: async (hash) => join(models, `${hash}.onnx`),
        ...(kept && { store: kept }),
      };
      places.set(key, place);
      return place;
    };
    return {
      async run(task) {
        try {
          return { task, result: await executeTask(task, placeOf(task)) };
        } catch (error) {
          if (!(error instanceof DiagnosticError)) throw error;
          return { task, failure: error.diagnostics };
        }
      },
    };
  },
};
