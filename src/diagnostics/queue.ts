/** Diagnostics about the queue, its workers, and what Redis holds of their tasks. */
import { formatTime } from '../text/time.ts';
import type { Diagnostic } from './diagnostic.ts';
import { error, warning } from './make.ts';

/** A program by its version and its code. */
interface Program {
  readonly version: string;
  readonly code: string;
}

const named = ({ version, code }: Program) => `${version} (code ${code.slice(0, 12)})`;

export const queueNotInstalled = (): Diagnostic =>
  error('queue/not-installed', '--queue', [
    'the packages that talk to Redis are not installed',
    'They are optional: `npm install bullmq@6.7.0 ioredis@6.0.0` where crossloom is installed.',
  ]);

export const queueAddress = (url: string, reason: string): Diagnostic =>
  error('queue/address', `--queue ${url}`, [
    `this names no Redis: ${reason}`,
    'Write redis://host:port/database, with user:password@ before the host where it asks for them, and rediss:// through TLS.',
  ]);

export const queueUnreachable = (queue: string, reason: string): Diagnostic =>
  error('queue/unreachable', queue, [
    `Redis does not answer here (${reason})`,
    'Check that it runs, host and port, user and password, and rediss:// where it takes TLS alone.',
  ]);

export const queueRefuses = (queue: string, reason: string): Diagnostic =>
  error('queue/refused', queue, [
    `Redis refuses what it is asked (${reason})`,
    'See how much memory and disk it may use; large packages travel by --store. The same command goes on.',
  ]);

export const otherQueueVersion = (
  queue: string,
  worker: Program,
  submitters: readonly Program[],
): Diagnostic =>
  error('queue/other-version', queue, [
    `this worker is crossloom ${named(worker)}, and the tasks are submitted by ${[...new Set(submitters.map(named))].sort().join(', ')}`,
    'Results of another version may be others: install the same one on both sides.',
  ]);

export const workerRefused = (worker: Program & { readonly host: string }, submitter: Program): Diagnostic =>
  warning('queue/worker-refused', `worker on ${worker.host}`, [
    `it is crossloom ${named(worker)}, and this is ${named(submitter)}: it gets none of these tasks`,
    'Install the same version on both sides.',
  ]);

export const mixedProcessors = (queue: string, processors: readonly string[]): Diagnostic =>
  warning('queue/processors', queue, [
    `workers have different processors: ${processors.slice(0, 5).join(', ')}`,
    'Float sums may differ in their last bits between them. Results keep classes and six digits, so that this seldom shows; where bytes matter, use one kind.',
  ]);

/** @param got hash of what is there in its place; undefined where nothing is */
export const blobUnavailable = (sha256: string, got: string | undefined): Diagnostic =>
  error('queue/blob', `file ${sha256.slice(0, 12)}`, [
    got === undefined
      ? 'a task needs this file, and the queue does not have it'
      : `what the queue has as this file is another one (SHA-256 ${got.slice(0, 12)})`,
    'It is sent again. Where that does not help, see whether Redis runs out of memory, or whether --store is the same folder for both sides.',
  ]);

export const taskDamaged = (key: string): Diagnostic =>
  error('queue/task', `task ${key.slice(0, 12)}`, [
    'what Redis has as this task is no task, or another one',
    'It is put in again. Somebody else writes into this Redis: give it a password, or a database of its own.',
  ]);

export const resultDamaged = (key: string): Diagnostic =>
  error('queue/result', `task ${key.slice(0, 12)}`, [
    'what Redis has as its result is none, or another one, again and again',
    'Somebody else writes into this Redis: give it a password, or a database of its own.',
  ]);

export const taskLost = (key: string): Diagnostic =>
  error('queue/lost', `task ${key.slice(0, 12)}`, [
    'workers that had this task have died or stopped answering, one after the other',
    'See what they say at their end, such as that memory ran out; the same command tries again what is missing.',
  ]);

export const taskTooLong = (key: string, limit: number): Diagnostic =>
  error('queue/too-long', `task ${key.slice(0, 12)}`, [
    `it takes longer than ${formatTime(limit / 1000)}, so it was ended`,
    'Raise --limit of the workers, or let a task have fewer images.',
  ]);

export const workerFailed = (key: string, reason: string): Diagnostic =>
  error('queue/failed', `task ${key.slice(0, 12)}`, [
    `a worker could not execute it (${reason})`,
    'Where other tasks go well, this may be a bug in Crossloom: please report it.',
  ]);
