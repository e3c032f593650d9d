/**
 * Spreads the tasks of jobs over threads: this one, and workers. A task's result may depend on the job's context and on the
 * task alone, so it is the same whichever thread computes it.
 */
import { availableParallelism } from 'node:os';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Diagnostic, DiagnosticError, InternalError } from '../diagnostics/diagnostic.ts';

/** What one thread does with tasks, one at a time. */
export interface Handler<Task, Result> {
  run(task: Task): Result | Promise<Result>;
  close?(): Promise<void>;
}

/**
 * A kind of work, exported as `job` by a module of its own. Contexts, tasks and results are plain data: they are copied
 * between threads, except for shared memory in them.
 */
export interface Job<Context, Task, Result> {
  /** `import.meta.url` of the module. */
  readonly module: string;
  /** Called once in every thread. */
  open(context: Context): Handler<Task, Result> | Promise<Handler<Task, Result>>;
}

interface RunOptions<Result> {
  /** Threads used at most. */
  readonly threads: number;
  /** Tasks that there are, about: no more threads are started. */
  readonly count: number;
  /** Called with every result, in no particular order, and with the number of its task. */
  readonly onResult: (result: Result, task: number) => void;
}

/** Threads that this machine runs at once. */
export function availableThreads(): number {
  return availableParallelism();
}

/** Threads that jobs share, one job after the other. */
export interface Pool {
  /**
   * Runs all tasks. Where some fail, or the tasks cannot be read to their end, those before are finished, and the error of
   * the first is thrown, as if one task had followed the other.
   */
  run<Context, Task, Result>(
    job: Job<Context, Task, Result>,
    context: Context,
    tasks: AsyncIterable<Task> | Iterable<Task>,
    onResult: RunOptions<Result>['onResult'],
  ): Promise<void>;
  close(): Promise<void>;
}

/** @param threads all but one of which are started: the one that asks works too */
function openPool(threads: number): Pool {
  const workers = canLoad(import.meta.url) ? Array.from({ length: threads - 1 }, startWorker) : [];
  return {
    async run<Context, Task, Result>(
      job: Job<Context, Task, Result>,
      context: Context,
      tasks: AsyncIterable<Task> | Iterable<Task>,
      onResult: RunOptions<Result>['onResult'],
    ): Promise<void> {
      const source = each(tasks);
      let started = 0;
      const failures: { readonly task: number; readonly error: unknown }[] = [];
      async function runSome(handler: Handler<Task, Result>): Promise<void> {
        while (failures.length === 0) {
          const task = started++;
          try {
            const next = await source.next();
            if (next.done) return;
            onResult(await handler.run(next.value), task);
          } catch (error) {
            failures.push({ task, error });
          }
        }
      }
      const own = openHere(job, context);
      const handlers = canLoad(job.module) ? workers.map((worker) => worker.open(job, context)) : [];
      try {
        // A worker has its next task at hand when it is done with one, though this thread may be busy then.
        await Promise.all([own, ...handlers, ...handlers].map(runSome));
      } finally {
        await Promise.all([own, ...handlers].map((handler) => handler.close()));
        await source.return();
      }
      const [first] = failures.sort((a, b) => a.task - b.task);
      if (first) throw first.error;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

/** This thread alone. */
export const alone = openPool(1);

/** Opens a pool for as long as `use` takes. */
export async function withWorkers<T>(threads: number, use: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool(threads);
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

type Progress = ((done: number, total: number) => void) | undefined;

/** Runs all tasks on threads of their own. @returns the result of every task; `onDone` is called at the start and after each */
export async function collect<Context, Task, Result>(
  job: Job<Context, Task, Result>,
  context: Context,
  tasks: AsyncIterable<Task> | Iterable<Task>,
  { threads, count, onDone }: Omit<RunOptions<Result>, 'onResult'> & { readonly onDone?: Progress },
): Promise<Result[]> {
  const results: Result[] = [];
  let done = 0;
  const onResult = (result: Result, task: number) => {
    results[task] = result;
    onDone?.(++done, count);
  };
  onDone?.(done, count);
  await runJob(job, context, tasks, { threads, count, onResult });
  return results;
}

/** Runs all tasks on threads of their own; see Pool. */
export function runJob<Context, Task, Result>(
  job: Job<Context, Task, Result>,
  context: Context,
  tasks: AsyncIterable<Task> | Iterable<Task>,
  { threads, count, onResult }: RunOptions<Result>,
): Promise<void> {
  return withWorkers(Math.min(threads, count), (pool) => pool.run(job, context, tasks, onResult));
}

/** Runs all tasks; `onDone` is told at the start and after each how many are done. @returns their results in the order of the tasks */
export async function runTasks<Context, Task, Result>(
  pool: Pool,
  job: Job<Context, Task, Result>,
  context: Context,
  tasks: AsyncIterable<Task> | Iterable<Task>,
  onDone?: (done: number) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  let done = 0;
  onDone?.(done);
  await pool.run(job, context, tasks, (result, task) => {
    results[task] = result;
    onDone?.(++done);
  });
  return results;
}

/** Both kinds of iterables as one; results of `next` come in the order of the calls. */
async function* each<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items;
}

/** A worker loads JavaScript alone: TypeScript sources, as tests run them, stay in one thread. */
export function canLoad(module: string): boolean {
  return !module.endsWith('.ts');
}

/** A job in this thread, which looks after the others between two tasks. */
function openHere<Context, Task, Result>(job: Job<Context, Task, Result>, context: Context) {
  const opened = (async () => job.open(context))();
  // The first task meets the error.
  opened.catch(() => undefined);
  return {
    async run(task: Task): Promise<Result> {
      const handler = await opened;
      await letOthersRun();
      return handler.run(task);
    },
    async close(): Promise<void> {
      const handler = await opened.catch(() => undefined);
      await handler?.close?.();
    },
  };
}

/** What a worker answers to a task, and to the end of a job. */
export type Answer =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'diagnostics'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'error'; readonly error: unknown };

/** What a worker is told: a job, tasks, the end of the job, and so on; at last to end itself. */
export type Order =
  | { readonly kind: 'open'; readonly module: string; readonly context: unknown }
  | { readonly kind: 'task'; readonly task: unknown }
  | { readonly kind: 'close' }
  | { readonly kind: 'end' };

/** A thread beside this one. */
export function startWorker() {
  const worker = new Worker(new URL('./pool-worker.js', import.meta.url));
  const waiting: ((answer: Answer) => void)[] = [];
  let lost: Answer | undefined;
  const lose = (error: unknown) => {
    lost ??= { kind: 'error', error };
    for (const answer of waiting.splice(0)) answer(lost);
  };
  worker.on('message', (message: Answer) => waiting.shift()?.(message));
  worker.on('error', lose);
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      lose(new InternalError('pool', `a worker ended with ${code}`));
      resolve();
    });
  });
  const post = (order: Order) => worker.postMessage(order);
  const ask = (order: Order) =>
    new Promise<Answer>((resolve) => {
      if (lost) return resolve(lost);
      post(order);
      waiting.push(resolve);
    });
  return {
    open<Context, Task, Result>({ module }: Job<Context, Task, Result>, context: Context) {
      post({ kind: 'open', module, context });
      return {
        async run(task: Task): Promise<Result> {
          const answer = await ask({ kind: 'task', task });
          if (answer.kind === 'diagnostics') throw new DiagnosticError(answer.diagnostics);
          if (answer.kind === 'error') throw answer.error;
          return answer.result as Result;
        },
        async close(): Promise<void> {
          await ask({ kind: 'close' });
        },
      };
    },
    async close(): Promise<void> {
      post({ kind: 'end' });
      await ended;
    },
    /** Whether it has ended or failed. */
    isLost: () => lost !== undefined,
    /** Ends the thread in the middle of what it does. */
    async kill(): Promise<void> {
      await worker.terminate();
    },
  };
}
