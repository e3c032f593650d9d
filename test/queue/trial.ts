/** A worker and a submitter of trial tasks, in the process of a test. */
import { join } from 'node:path';
import {
  answerTask,
  type TrialResult,
  type TrialTask,
  trialMember,
  trialWork,
} from '../../bench/queue/work.ts';
import { openCache } from '../../src/queue/blob-cache.ts';
import { redisBlobs } from '../../src/queue/blobs.ts';
import { connect } from '../../src/queue/connect.ts';
import { type Member, memberId } from '../../src/queue/roll.ts';
import { type ServeOptions, serve } from '../../src/queue/serve.ts';
import { type Settled, type SubmitOptions, submit } from '../../src/queue/submit.ts';

export const trialCode = trialMember.code;

export const member = (more: Partial<Member> = {}): Member => ({ ...trialMember, id: memberId(), ...more });

type Served = ServeOptions<TrialTask, TrialResult>;

/** @param folder for its cache */
export async function startWorker(
  url: string,
  folder: string,
  { threads = 2, ...more }: { readonly threads?: number } & Partial<Served> = {},
  connection: Parameters<typeof connect>[1] = {},
) {
  const queueing = await connect(url, connection);
  const stop = new AbortController();
  const cache = await openCache(join(folder, 'cache'), [redisBlobs(queueing.redis)]);
  const ended = serve({
    ...{ queueing, work: trialWork, self: member({ threads }), cache, drain: stop.signal },
    openExecutor: () => ({ run: (task, files) => answerTask({ task, files }), kill: async () => undefined }),
    isOwn: () => false,
    ...more,
  }).finally(() => queueing.close());
  ended.catch(() => undefined);
  return {
    ended,
    drain: () => {
      stop.abort();
      return ended;
    },
  };
}

export async function collectAll(
  url: string,
  tasks: Iterable<TrialTask>,
  more: Partial<SubmitOptions<TrialTask, TrialResult>> = {},
  connection: Parameters<typeof connect>[1] = {},
): Promise<Settled<TrialTask, TrialResult>[]> {
  const queueing = await connect(url, connection);
  try {
    const blobs = redisBlobs(queueing.redis);
    const pathOf = () => Promise.reject(new Error('these tasks need no file'));
    const all: Settled<TrialTask, TrialResult>[] = [];
    const options = { queueing, work: trialWork, self: member(), blobs, pathOf, ...more };
    for await (const one of submit(tasks, options)) all.push(one);
    return all;
  } finally {
    queueing.close();
  }
}

type All = readonly Settled<TrialTask, TrialResult>[];

/** Results as lines of a file, in the order of the tasks: what is merged. A task that counts twice is there twice. */
export function linesOf(settled: All): readonly string[] {
  const results = settled.flatMap((one) => ('result' in one ? one.result : []));
  return results.toSorted((a, b) => a.number - b.number).map((result) => JSON.stringify(result));
}

/** The same of one process without a queue. */
export async function expected(tasks: readonly TrialTask[]): Promise<readonly string[]> {
  const results = await Promise.all(tasks.map((task) => answerTask({ task: { ...task, ms: 0 }, files: {} })));
  return results.map((result) => JSON.stringify(result));
}

/** Codes of what failed. */
export const codesOf = (settled: All): readonly string[] =>
  settled.flatMap((one) => ('failure' in one ? one.failure.map(({ code }) => code) : []));
