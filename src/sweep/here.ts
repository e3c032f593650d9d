/** Executes tasks in threads of this machine. */
import { runJob } from '../threads/pool.ts';
import type { TaskOutcome, Transport } from './run-tasks.ts';
import { job, type TaskContext } from './task-job.ts';

/**
 * @param count tasks that there are, about: threads that find none of their own help with others
 * @param signal no task is begun after it is aborted; those under way are finished
 */
export function transportHere(
  context: Omit<TaskContext, 'threads'>,
  {
    threads,
    count,
    signal,
  }: { readonly threads: number; readonly count: number; readonly signal?: AbortSignal },
): Transport {
  return async function* (tasks) {
    const outcomes: TaskOutcome[] = [];
    let ended = false;
    let left = false;
    let wake = () => {};
    const beside = Math.max(1, Math.min(threads, count));
    const begun = beginning(tasks, () => {
      signal?.throwIfAborted();
      return !left;
    });
    const running = runJob(job, { ...context, threads: Math.floor(threads / beside) }, begun, {
      threads: beside,
      count,
      onResult(outcome) {
        outcomes.push(outcome);
        wake();
      },
    }).finally(() => {
      ended = true;
      wake();
    });
    // It is waited for below.
    running.catch(() => undefined);
    try {
      while (!ended || outcomes.length > 0) {
        const next = outcomes.shift();
        if (next) yield next;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (ended) resolve();
          });
      }
    } finally {
      left = true;
      await running;
    }
  };
}

/** Items for as long as more are to be begun. */
function* beginning<T>(items: Iterable<T>, goesOn: () => boolean): Generator<T, void, undefined> {
  for (const item of items) {
    if (!goesOn()) return;
    yield item;
  }
}
