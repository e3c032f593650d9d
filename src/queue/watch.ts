/** What the submitter sees of the queue: who works on it, and how fast tasks are settled. */
import { workerRefused } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Queueing } from './connect.ts';
import { beat, callRoll, type Member } from './roll.ts';

export interface QueueState {
  /** Workers of this code that are there. */
  readonly workers: number;
  /** Tasks that they execute at once. */
  readonly threads: number;
  /** Different processors among them. */
  readonly processors: readonly string[];
  /** Tasks that are in the queue or with workers. */
  readonly open: number;
  readonly settled: number;
  /** Settled per second, over the last ten seconds. */
  readonly rate: number;
  /** Seconds for which Redis has not answered; absent while it does. */
  readonly silent?: number;
}

export interface Watch {
  /** Says that this submitter is there and sees who else is, where it is time to. @returns whether it was */
  meet(): Promise<boolean>;
  settled(): void;
  /** Tasks that may be in the queue at once. */
  window(): number;
  /** Whether no other submitter is there: of any code, and of this one. */
  alone(): { readonly ofAll: boolean; readonly ofCode: boolean };
  state(): QueueState;
}

/** Time over which a rate is told (ms). */
const rateTime = 10_000;
/** Fewest tasks, so that the first worker finds some. */
const fewestOpen = 8;
/** Tasks in the queue at once: Redis holds no more of them, however many there are. */
export const mostOpen = 1000;

/** @param onProblem told of every worker of other code, once */
export function watchQueue(
  { redis, lostSince }: Queueing,
  self: Member,
  open: ReadonlyMap<string, unknown>,
  onProblem: ((problem: Diagnostic) => void) | undefined,
): Watch {
  let workers: readonly Member[] = [];
  let others: readonly Member[] = [];
  let met = -Infinity;
  let count = 0;
  /** When tasks were settled lately, the oldest first. */
  let times: number[] = [];
  const told = new Set<string>();
  const start = performance.now();
  const since = (ms: number) => {
    const from = performance.now() - ms;
    return times.length - times.findLastIndex((time) => time < from) - 1;
  };
  return {
    async meet() {
      const now = performance.now();
      if (now - met < beat) return false;
      met = now;
      const [submitters, found] = await Promise.all([
        callRoll(redis, 'submitter', self),
        callRoll(redis, 'worker'),
      ]);
      others = submitters.filter(({ id }) => id !== self.id);
      workers = found.filter(({ code }) => code === self.code);
      for (const worker of found) {
        if (worker.code === self.code || told.has(worker.id)) continue;
        told.add(worker.id);
        onProblem?.(workerRefused(worker, self));
      }
      return true;
    },
    settled() {
      count++;
      const now = performance.now();
      times.push(now);
      if (times.length > 100_000) times = times.filter((time) => now - time < rateTime);
    },
    window() {
      const threads = workers.reduce((sum, worker) => sum + worker.threads, 0);
      return Math.min(mostOpen, Math.max(fewestOpen, 2 * threads + since(1000)));
    },
    alone: () => ({
      ofAll: others.length === 0,
      ofCode: !others.some(({ code }) => code === self.code),
    }),
    state() {
      const lost = lostSince();
      const now = performance.now();
      const span = Math.min(rateTime, Math.max(now - start, 1000));
      return {
        workers: workers.length,
        threads: workers.reduce((sum, worker) => sum + worker.threads, 0),
        processors: [...new Set(workers.map(({ processor }) => processor))].sort(),
        open: open.size,
        settled: count,
        rate: (1000 * since(span)) / span,
        ...(lost !== undefined && { silent: (now - lost) / 1000 }),
      };
    },
  };
}
