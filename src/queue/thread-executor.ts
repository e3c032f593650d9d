/** Executes the tasks of a worker in a thread of its own, so that the thread that talks to Redis is never busy. */
import { canLoad, type Handler, type Job, startWorker } from '../threads/pool.ts';
import type { Executor } from './serve.ts';

/** A task, and the files that it needs by their SHA-256. */
export interface Call<Task> {
  readonly task: Task;
  readonly files: Readonly<Record<string, string>>;
}

/** Started by the first task, and by the first after the thread was killed or died. */
export function threadExecutor<Context, Task, Result>(
  job: Job<Context, Call<Task>, Result>,
  context: Context,
): Executor<Task, Result> {
  if (!canLoad(job.module)) return hereExecutor(job, context);
  let thread: ReturnType<typeof startWorker> | undefined;
  let opened: { run(call: Call<Task>): Promise<Result> } | undefined;
  const kill = async () => {
    const ending = thread;
    [thread, opened] = [undefined, undefined];
    await ending?.kill();
  };
  return {
    async run(task, files) {
      thread ??= startWorker();
      opened ??= thread.open(job, context);
      const used = thread;
      try {
        return await opened.run({ task, files });
      } catch (error) {
        // A thread that has died answers nothing any more.
        if (used.isLost() && thread === used) await kill();
        throw error;
      }
    },
    kill,
  };
}

/** Where a thread cannot load the sources, as in tests. */
function hereExecutor<Context, Task, Result>(
  job: Job<Context, Call<Task>, Result>,
  context: Context,
): Executor<Task, Result> {
  let opened: Promise<Handler<Call<Task>, Result>> | undefined;
  return {
    async run(task, files) {
      opened ??= (async () => job.open(context))();
      return (await opened).run({ task, files });
    },
    kill: async () => undefined,
  };
}
