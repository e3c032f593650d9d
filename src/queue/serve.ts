/** A worker: takes tasks from the queue, executes them, and leaves what they give. */
import type { Job } from 'bullmq';
import { otherQueueVersion, taskDamaged, taskTooLong, workerFailed } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { BlobCache } from './blob-cache.ts';
import type { Queueing } from './connect.ts';
import type { KindOfWork } from './kind-of-work.ts';
import { failureMessage, readTask, resultMessage } from './messages.ts';
import { mostDeaths, queueOf } from './names.ts';
import { beat, callRoll, leaveRoll, type Member } from './roll.ts';

/** Executes tasks beside this thread, which has to say meanwhile that it lives. */
export interface Executor<Task, Result> {
  /** @param files path of every file that the task needs, by its SHA-256 */
  run(task: Task, files: Readonly<Record<string, string>>): Promise<Result>;
  /** Ends what is under way, where it can be ended. */
  kill(): Promise<void>;
}

export interface ServeOptions<Task, Result> {
  readonly queueing: Queueing;
  readonly work: KindOfWork<Task, Result>;
  readonly self: Member;
  readonly cache: BlobCache;
  /** One for each task at once. */
  readonly openExecutor: () => Executor<Task, Result>;
  /** Whether a problem is this worker's own, such as data that are not there: another one may do the task, and this one ends. */
  readonly isOwn: (problem: Diagnostic) => boolean;
  /** Lets what is under way end, and takes no more. */
  readonly drain: AbortSignal;
  /** After which a worker that is not heard loses its tasks to others (ms). */
  readonly lock?: number;
  /** Time that a task may take (ms). */
  readonly limit?: number;
  /** Ends after so long without a task (ms); absent: never. */
  readonly idle?: number;
  readonly onTask?: (key: string, became: 'done' | 'failed') => void;
  /** Told of what Redis refuses, such as a result for which it has no memory, and of tasks that were given to others meanwhile. */
  readonly onTrouble?: (message: string) => void;
}

const usualLock = 30_000;

/**
 * Works until it is told to stop, or has nothing to do for too long.
 * @throws DiagnosticError queue/other-version, and problems of its own
 */
export async function serve<Task, Result>(options: ServeOptions<Task, Result>): Promise<void> {
  const { queueing, self, drain, lock = usualLock, idle } = options;
  const { redis, bullmq } = queueing;
  await meet(options);
  const own: Diagnostic[] = [];
  const ended = deferred<void>();
  const executors = Array.from({ length: self.threads }, options.openExecutor);
  let busy = 0;
  let active = performance.now();
  const worker = new bullmq.Worker(
    queueOf(self.code),
    async (job: Job) => {
      busy++;
      const executor = executors.pop()!;
      try {
        const message = await execute(job, executor, options);
        options.onTask?.(job.id!, 'done');
        return message;
      } catch (error) {
        const problems = problemsOf(error, job.id!);
        const mine = problems.filter(options.isOwn);
        own.push(...mine);
        if (mine.length > 0) ended.resolve();
        options.onTask?.(job.id!, 'failed');
        const again = mine.length > 0 || !(error instanceof DiagnosticError) || problems.some(mayPass);
        throw new Error(failureMessage(job.id!, { again, diagnostics: problems }));
      } finally {
        executors.push(executor);
        busy--;
        active = performance.now();
      }
    },
    {
      ...queueing.base,
      concurrency: self.threads,
      lockDuration: lock,
      stalledInterval: lock,
      maxStalledCount: mostDeaths,
      runRetryDelay: 1000,
      drainDelay: 2,
    },
  );
  // A connection that is lost comes back; a task that was given to others meanwhile is theirs.
  worker.on('error', ({ message }) => {
    if (queueing.lostSince() === undefined) options.onTrouble?.(message);
  });
  let meeting = false;
  const timer = setInterval(() => {
    if (!meeting) {
      meeting = true;
      meet(options).then(() => {
        meeting = false;
      }, ended.reject);
    }
    if (idle !== undefined && busy === 0 && performance.now() - active > idle) ended.resolve();
  }, beat);
  const stop = () => ended.resolve();
  drain.addEventListener('abort', stop, { once: true });
  if (drain.aborted) stop();
  try {
    await ended.promise;
  } finally {
    clearInterval(timer);
    drain.removeEventListener('abort', stop);
    // Without Redis nobody waits to be told; but for results in hand it is waited for.
    const away = queueing.lostSince() !== undefined && busy === 0;
    await worker.close(away);
    for (const executor of executors) await executor.kill();
    if (!away) await leaveRoll(redis, 'worker', self);
  }
  const distinct = new Map(own.map((problem) => [JSON.stringify(problem), problem]));
  if (distinct.size > 0) throw new DiagnosticError([...distinct.values()]);
}

/**
 * Says that this worker is there, and looks whether anybody submits tasks of its code.
 * @throws DiagnosticError queue/other-version where all who do are of other code; they see this worker on the roll
 */
async function meet<Task, Result>({ queueing, self }: ServeOptions<Task, Result>): Promise<void> {
  const { redis, address } = queueing;
  const [submitters] = await Promise.all([callRoll(redis, 'submitter'), callRoll(redis, 'worker', self)]);
  if (submitters.length > 0 && !submitters.some(({ code }) => code === self.code))
    throw new DiagnosticError([otherQueueVersion(address.name, self, submitters)]);
}

async function execute<Task, Result>(
  { id = '', data }: Job,
  executor: Executor<Task, Result>,
  { work, cache, limit }: ServeOptions<Task, Result>,
) {
  const task = readTask(work, data, id);
  if (task === undefined) throw new DiagnosticError([taskDamaged(id)]);
  const files: Record<string, string> = {};
  for (const sha256 of work.blobsOf(task)) files[sha256] = await cache.fetch(sha256);
  const result = await within(limit, executor, () => executor.run(task, files), id);
  return resultMessage(id, result);
}

async function within<T>(
  limit: number | undefined,
  executor: Pick<Executor<never, never>, 'kill'>,
  run: () => Promise<T>,
  key: string,
): Promise<T> {
  if (limit === undefined) return run();
  const late = deferred<never>();
  const timer = setTimeout(() => {
    late.reject(new DiagnosticError([taskTooLong(key, limit)]));
    void executor.kill();
  }, limit);
  try {
    return await Promise.race([run(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A promise that is settled from elsewhere. */
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((res, rej) => {
    [resolve, reject] = [res, rej];
  });
  return { promise, resolve, reject };
}

/** Problems of the place rather than of the task: another try may not meet them. */
const mayPass = ({ code }: Diagnostic) => ['queue/blob', 'queue/task', 'queue/too-long'].includes(code);

function problemsOf(error: unknown, key: string): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  return [workerFailed(key, error instanceof Error ? error.message : String(error))];
}
