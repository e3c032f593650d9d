/**
 * Spreads the tasks of a job over worker threads. A task's result may depend on the job's context and on the task alone,
 * so it is the same whichever thread computes it. With one thread the same functions run in this one.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Diagnostic, DiagnosticError, InternalError } from './diagnostic.ts';

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

export interface RunOptions<Result> {
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

/**
 * Runs all tasks. Where some fail, or the tasks cannot be read to their end, those before are finished, and the error of
 * the first is thrown, as if one task had followed the other.
 */
export async function runJob<Context, Task, Result>(
  job: Job<Context, Task, Result>,
  context: Context,
  tasks: AsyncIterable<Task> | Iterable<Task>,
  { threads, count, onResult }: RunOptions<Result>,
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
  const used = canLoad(job.module) ? Math.min(threads, count) : 1;
  const handlers =
    used > 1 ? Array.from({ length: used }, () => startWorker(job, context)) : [await job.open(context)];
  try {
    await Promise.all(handlers.map(runSome));
  } finally {
    await Promise.all(handlers.map((handler) => handler.close?.()));
    await source.return();
  }
  const [first] = failures.sort((a, b) => a.task - b.task);
  if (first) throw first.error;
}

/** Runs all tasks. @returns their results in the order of the tasks */
export async function runTasks<Context, Task, Result>(
  job: Job<Context, Task, Result>,
  context: Context,
  tasks: AsyncIterable<Task> | Iterable<Task>,
  limits: Pick<RunOptions<Result>, 'threads' | 'count'>,
): Promise<Result[]> {
  const results: Result[] = [];
  await runJob(job, context, tasks, {
    ...limits,
    onResult(result, task) {
      results[task] = result;
    },
  });
  return results;
}

/** Both kinds of iterables as one; results of `next` come in the order of the calls. */
async function* each<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, void, undefined> {
  yield* items;
}

/** A worker loads JavaScript alone: TypeScript sources, as tests run them, stay in one thread. */
function canLoad(module: string): boolean {
  return !module.endsWith('.ts');
}

/** What a worker answers. */
export type Answer =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'diagnostics'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'error'; readonly error: unknown };

/** What a worker is told: its job when it starts, then tasks, at last to end. */
export interface WorkerStart {
  readonly module: string;
  readonly context: unknown;
}
export type Order = { readonly kind: 'task'; readonly task: unknown } | { readonly kind: 'end' };

function startWorker<Context, Task, Result>(
  job: Job<Context, Task, Result>,
  context: Context,
): Handler<Task, Result> {
  const workerData: WorkerStart = { module: job.module, context };
  const worker = new Worker(new URL('./pool-worker.js', import.meta.url), { workerData });
  let answer: (answer: Answer) => void = () => undefined;
  let lost: Answer | undefined;
  const lose = (error: unknown) => {
    lost ??= { kind: 'error', error };
    answer(lost);
  };
  worker.on('message', (message: Answer) => answer(message));
  worker.on('error', lose);
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      lose(new InternalError('pool', `a worker ended with ${code}`));
      resolve();
    });
  });
  const post = (order: Order) => worker.postMessage(order);
  return {
    async run(task) {
      const got = await new Promise<Answer>((resolve) => {
        answer = resolve;
        if (lost) resolve(lost);
        else post({ kind: 'task', task });
      });
      if (got.kind === 'diagnostics') throw new DiagnosticError(got.diagnostics);
      if (got.kind === 'error') throw got.error;
      return got.result as Result;
    },
    async close() {
      post({ kind: 'end' });
      await ended;
    },
  };
}
