/**
 * The submitter: puts tasks into the queue, a bounded number at a time, and hands on what became of each, once. It asks again and
 * again how its tasks stand, and keeps nothing in Redis that it could not put there anew: whatever Redis, workers, the network or
 * another submitter of the same tasks do, a task that is not settled is put in again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { queueRefuses } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { BlobStore } from './blobs.ts';
import type { Queueing } from './connect.ts';
import { judge } from './judge.ts';
import type { KindOfWork } from './kind-of-work.ts';
import { look } from './look.ts';
import { jobsOf, queueOf } from './names.ts';
import { leaveRoll, type Member } from './roll.ts';
import { type SentFiles, sentFiles } from './sent-files.ts';
import { mostOpen, type QueueState, type Watch, watchQueue } from './watch.ts';

export type Settled<Task, Result> =
  | { readonly task: Task; readonly result: Result }
  | { readonly task: Task; readonly failure: readonly Diagnostic[] };

export interface SubmitOptions<Task, Result> {
  readonly queueing: Queueing;
  readonly work: KindOfWork<Task, Result>;
  readonly self: Member;
  readonly blobs: BlobStore;
  /** Path of a file that tasks need, by its SHA-256. */
  readonly pathOf: (sha256: string) => Promise<string>;
  /** Told every second how the queue stands. */
  readonly onState?: (state: QueueState) => void;
  /** Told of every worker of other code, once. */
  readonly onProblem?: (problem: Diagnostic) => void;
  readonly signal?: AbortSignal;
  /** Times that a task is tried where another try may help. */
  readonly tries?: number;
  /** Pause before the second try (ms); it doubles before each that follows. */
  readonly backOff?: number;
}

interface Open<Task> {
  readonly task: Task;
  /** Times that Redis had something else of it. */
  damaged: number;
  /** Tries that have failed, and when the next may be (ms of `performance.now()`). */
  failed?: { readonly tries: number; readonly nextAt: number };
}

/** What one submission works with. */
interface Submission<Task, Result> extends SubmitOptions<Task, Result> {
  readonly queue: Queue;
  readonly open: Map<string, Open<Task>>;
  readonly files: SentFiles;
  readonly watch: Watch;
}

const usualTries = 5;
const usualBackOff = 1000;
/** Tasks that are put in with one question. */
const batchSize = 250;
/** Finished tasks that Redis keeps for other submitters, the last ones. */
const keptJobs = 2 * mostOpen;
/** Pauses between two looks (ms): short while tasks come back. */
const shortestPause = 10;
const longestPause = 500;
/** A Redis that does not answer is left alone after this time (ms). */
const leaveTime = 2000;

const jobOptions = { attempts: 1, removeOnComplete: keptJobs, removeOnFail: keptJobs, stackTraceLimit: 0 };

/**
 * @param tasks is asked for no more than is about to be executed
 * @yields each task once, in the order in which they are settled
 * @throws DiagnosticError queue/refused where Redis does not do what it is asked, such as with its memory full
 */
export async function* submit<Task, Result>(
  tasks: Iterable<Task>,
  options: SubmitOptions<Task, Result>,
): AsyncGenerator<Settled<Task, Result>, void, undefined> {
  const { queueing, self, blobs, pathOf, onState, onProblem } = options;
  const queue = new queueing.bullmq.Queue(queueOf(self.code), {
    ...queueing.base,
    streams: { events: { maxLen: 100 } },
  });
  // The connection comes back by itself, and what was asked meanwhile is asked again.
  queue.on('error', () => undefined);
  const open = new Map<string, Open<Task>>();
  const watch = watchQueue(queueing, self, open, onProblem);
  const submission = { ...options, queue, open, watch, files: sentFiles(blobs, pathOf) };
  const timer = setInterval(() => onState?.(watch.state()), 1000);
  try {
    yield* settleAll(tasks, submission);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ReplyError')) throw error;
    throw new DiagnosticError([queueRefuses(queueing.address.name, error.message)]);
  } finally {
    clearInterval(timer);
    await Promise.race([leave(submission), sleep(leaveTime, undefined, { ref: false })]).catch(
      () => undefined,
    );
    await Promise.race([queue.close(), sleep(leaveTime, undefined, { ref: false })]).catch(() => undefined);
  }
}

async function* settleAll<Task, Result>(
  tasks: Iterable<Task>,
  submission: Submission<Task, Result>,
): AsyncGenerator<Settled<Task, Result>, void, undefined> {
  const { open, watch, signal, files, work } = submission;
  const source = tasks[Symbol.iterator]();
  let more = true;
  let pause = shortestPause;
  while (more || open.size > 0) {
    signal?.throwIfAborted();
    if (await orAborted(watch.meet(), signal))
      await orAborted(files.refresh(inUse(submission), watch.alone().ofAll), signal);
    const batch: Task[] = [];
    const room = Math.min(batchSize, watch.window() - open.size);
    while (more && batch.length < room) {
      const next = source.next();
      if (next.done) more = false;
      else batch.push(next.value);
    }
    for (const task of batch) open.set(work.keyOf(task), { task, damaged: 0 });
    if (batch.length > 0) await orAborted(begin(batch, submission), signal);
    const settled = await orAborted(lookAtAll(submission), signal);
    yield* settled;
    pause = settled.length + batch.length > 0 ? shortestPause : Math.min(2 * pause, longestPause);
    if (open.size > 0) await orAborted(sleep(pause), signal);
  }
}

/** Puts tasks in for the first time in this run: what has failed in an earlier one begins anew. */
async function begin<Task, Result>(
  tasks: readonly Task[],
  submission: Submission<Task, Result>,
): Promise<void> {
  const { queueing, queue, self, work } = submission;
  const keys = tasks.map(work.keyOf);
  const states = await look(queueing.redis, jobsOf(self.code), keys);
  for (const [i, key] of keys.entries()) if (states[i]?.kind === 'failed') await queue.remove(key);
  await put(tasks, submission);
}

/** Puts tasks in; one that is there already stays as it is. */
async function put<Task, Result>(
  tasks: readonly Task[],
  { queue, work, files }: Submission<Task, Result>,
): Promise<void> {
  if (tasks.length === 0) return;
  await files.send(tasks.flatMap(work.blobsOf));
  await queue.addBulk(
    tasks.map((task) => ({ name: 'task', data: { task }, opts: { ...jobOptions, jobId: work.keyOf(task) } })),
  );
}

/** Looks how all open tasks stand, and does about it what is to be done. @returns those that are settled */
async function lookAtAll<Task, Result>(
  submission: Submission<Task, Result>,
): Promise<readonly Settled<Task, Result>[]> {
  const { queueing, queue, self, work, open, watch, tries: most = usualTries } = submission;
  const now = performance.now();
  const looked = [...open].filter(([, { failed }]) => !failed || failed.nextAt <= now);
  const keys = looked.map(([key]) => key);
  const states = await look(queueing.redis, jobsOf(self.code), keys);
  const again: Task[] = [];
  const settled: Settled<Task, Result>[] = [];
  for (const [i, [key, one]] of looked.entries()) {
    const { task } = one;
    const verdict = judge(states[i]!, key, work, { damaged: one.damaged, most });
    if (verdict.kind === 'wait') continue;
    if (verdict.kind === 'put') again.push(task);
    else if (verdict.kind === 'retry') await retryLater(key, one, verdict, submission);
    else if (verdict.kind === 'damaged') {
      one.damaged++;
      await queue.remove(key);
      again.push(task);
    } else {
      open.delete(key);
      watch.settled();
      if (verdict.kind === 'result') settled.push({ task, result: verdict.result });
      else {
        await queue.remove(key);
        settled.push({ task, failure: verdict.failure });
      }
    }
  }
  await put(again, submission);
  return settled;
}

/** Waits after a try that failed, by this process's own clock; then lets workers try again. */
async function retryLater<Task, Result>(
  key: string,
  one: Open<Task>,
  {
    tries,
    failure,
  }: { readonly tries: number; readonly failure: { readonly diagnostics: readonly Diagnostic[] } },
  { queue, files, work, backOff = usualBackOff }: Submission<Task, Result>,
): Promise<void> {
  if (one.failed?.tries !== tries) {
    one.failed = { tries, nextAt: performance.now() + backOff * 2 ** (tries - 1) };
    return;
  }
  if (failure.diagnostics.some(({ code }) => code === 'queue/blob'))
    await files.replace(work.blobsOf(one.task));
  const job = await queue.getJob(key).catch(() => undefined);
  // Another submitter may be faster; a job that cannot be read is put in anew.
  await job?.retry('failed').catch(() => undefined);
  if (!job) await queue.remove(key);
}

function inUse<Task, Result>({ open, work }: Submission<Task, Result>): ReadonlySet<string> {
  const hashes = new Set<string>();
  for (const { task } of open.values()) for (const sha256 of work.blobsOf(task)) hashes.add(sha256);
  return hashes;
}

/** The last submitter of its code takes the queue with it, and the last of all the files. */
async function leave<Task, Result>({
  queueing,
  queue,
  self,
  watch,
  files,
}: Submission<Task, Result>): Promise<void> {
  await leaveRoll(queueing.redis, 'submitter', self);
  const { ofAll, ofCode } = watch.alone();
  if (ofCode) await queue.obliterate({ force: true });
  if (ofAll) await files.removeAll();
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    // What is left behind ends with the connection.
    work.catch(() => undefined);
  }
}
