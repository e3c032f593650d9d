/** Tasks through a queue, and back: worker and submitters in this process, on a Redis of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OwnRedis, redisThere, startRedis } from '../../bench/queue/redis.ts';
import { type TrialTask, trialTasks, trialWork } from '../../bench/queue/work.ts';
import { optionInvalid } from '../../src/diagnostics/all.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { sha256 } from '../../src/files/hash.ts';
import { openCache } from '../../src/queue/blob-cache.ts';
import { folderBlobs } from '../../src/queue/blobs.ts';
import { connect, type Queueing } from '../../src/queue/connect.ts';
import { judge } from '../../src/queue/judge.ts';
import { blobKey, jobsOf } from '../../src/queue/names.ts';
import type { QueueState } from '../../src/queue/watch.ts';
import { codesOf, collectAll, expected, linesOf, member, startWorker, trialCode } from './trial.ts';

describe.runIf(redisThere())('a queue', () => {
  let redis: OwnRedis;
  let folder = '';
  let queueing: Queueing;
  beforeAll(async () => {
    redis = await startRedis();
    queueing = await connect(redis.url);
  });
  afterAll(async () => {
    queueing?.close();
    await redis?.remove();
  });
  beforeEach(async () => {
    await queueing.redis.flushall();
    folder = await mkdtemp(join(tmpdir(), 'crossloom-queue-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('gives every task one result, and leaves nothing behind', async () => {
    const worker = await startWorker(redis.url, folder, { threads: 4 });
    const states: QueueState[] = [];
    const settled = await collectAll(redis.url, trialTasks(300, 20), {
      onState: (state) => states.push(state),
    });
    await worker.drain();
    expect(linesOf(settled)).toEqual(await expected(trialTasks(300, 20)));
    expect(await queueing.redis.keys('*')).toEqual([]);
    expect(states.at(-1)).toMatchObject({ workers: 1, threads: 4, processors: ['any'] });
    expect(states.at(-1)!.rate).toBeGreaterThan(1);
  });

  test('takes no more tasks than workers are about to execute', async () => {
    let [taken, most, done] = [0, 0, 0];
    const lazy = function* () {
      for (const task of trialTasks(60, 30)) {
        taken++;
        most = Math.max(most, taken - done);
        yield task;
      }
    };
    const worker = await startWorker(redis.url, folder, { threads: 2, onTask: () => done++ });
    await collectAll(redis.url, lazy());
    await worker.drain();
    // Eight before it knows the workers; two per thread, and what they settle in a second.
    expect(most).toBeLessThan(60);
    expect(taken).toBe(60);
  });

  test('reports a task that nobody can do with its diagnostic, at the first try', async () => {
    let tries = 0;
    const worker = await startWorker(redis.url, folder, { onTask: () => tries++ });
    const ill: TrialTask = { number: 9, ms: 0, ill: 'refuse' };
    const settled = await collectAll(redis.url, [...trialTasks(5), ill]);
    expect(codesOf(settled)).toEqual(['options/invalid']);
    expect(linesOf(settled)).toEqual(await expected(trialTasks(5)));
    expect(tries).toBe(6);
    // It is no longer there: the next run begins anew.
    await collectAll(redis.url, [ill]);
    expect(tries).toBe(7);
    await worker.drain();
  });

  test('tries again with pauses that double, and not for ever', async () => {
    const at: number[] = [];
    const worker = await startWorker(redis.url, folder, { onTask: () => at.push(performance.now()) });
    const ill: TrialTask = { number: 1, ms: 0, ill: 'stumble' };
    const settled = await collectAll(redis.url, [ill], { tries: 3, backOff: 200 });
    await worker.drain();
    expect(settled).toMatchObject([{ failure: [{ code: 'queue/failed' }] }]);
    expect(at).toHaveLength(3);
    expect(at[1]! - at[0]!).toBeGreaterThan(190);
    expect(at[2]! - at[1]!).toBeGreaterThan(390);
  });

  test('has a task done by another worker where one lacks what it takes, which ends', async () => {
    const lacking = await startWorker(redis.url, folder, {
      openExecutor: () => ({
        run: () => Promise.reject(new DiagnosticError([optionInvalid('--data', 'other images')])),
        kill: async () => undefined,
      }),
      isOwn: ({ at }) => at === '--data',
    });
    const all = collectAll(redis.url, trialTasks(10), { backOff: 20 });
    await expect(lacking.ended).rejects.toThrow('other images');
    const worker = await startWorker(redis.url, folder);
    expect(linesOf(await all)).toEqual(await expected(trialTasks(10)));
    await worker.drain();
  });

  test('ends a task that takes too long', async () => {
    let killed = 0;
    const worker = await startWorker(redis.url, folder, {
      openExecutor: () => ({
        run: () => new Promise(() => undefined),
        kill: async () => {
          killed++;
        },
      }),
      threads: 1,
      limit: 50,
    });
    const settled = await collectAll(redis.url, trialTasks(1), { tries: 2, backOff: 10 });
    await worker.drain();
    expect(codesOf(settled)).toEqual(['queue/too-long']);
    expect(killed).toBeGreaterThanOrEqual(2);
  });

  test('lets a worker end the tasks in hand, and take no other', async () => {
    const done: string[] = [];
    const worker = await startWorker(redis.url, folder, { threads: 2, onTask: (key) => done.push(key) });
    const all = collectAll(redis.url, trialTasks(12, 300));
    while (done.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await worker.drain();
    expect(done.length).toBeLessThan(6);
    const other = await startWorker(redis.url, folder, { threads: 4, idle: 500 });
    expect(linesOf(await all)).toEqual(await expected(trialTasks(12, 300)));
    await other.ended;
  });

  describe('of files', () => {
    const bytes = Buffer.alloc(3 * 2 ** 20 + 5, 'calibration');
    const file = sha256(bytes);
    const tasks = trialTasks(6).map((task) => ({ ...task, file }));
    const pathOf = async () => {
      const path = join(folder, 'sent');
      await writeFile(path, bytes);
      return path;
    };

    test('sends them in pieces, checked on arrival, and removes them at the end', async () => {
      const worker = await startWorker(redis.url, folder);
      const settled = await collectAll(redis.url, tasks, { pathOf });
      await worker.drain();
      expect(settled.map((one) => 'result' in one && one.result.read)).toEqual(tasks.map(() => bytes.length));
      expect(await queueing.redis.exists(blobKey(file))).toBe(0);
    });

    test.each([
      ['changed', (key: string) => queueing.redis.hset(key, '1', 'forged')],
      ['without an end', (key: string) => queueing.redis.hset(key, 'bytes', '9999999999999999999999')],
      ['cut off', (key: string) => queueing.redis.hdel(key, '2')],
    ])('sends one again that is %s', async (_, damage) => {
      // As an earlier submitter left it.
      await collectAll(redis.url, [], { pathOf });
      const chunk = 2 ** 20;
      for (let i = 0; i * chunk < bytes.length; i++)
        await queueing.redis.hset(blobKey(file), String(i), bytes.subarray(i * chunk, (i + 1) * chunk));
      await queueing.redis.hset(blobKey(file), 'bytes', String(bytes.length));
      await damage(blobKey(file));
      const worker = await startWorker(redis.url, folder);
      const settled = await collectAll(redis.url, tasks.slice(0, 1), { pathOf, backOff: 10 });
      await worker.drain();
      expect(settled.map((one) => 'result' in one && one.result.read)).toEqual([bytes.length]);
    });

    test('takes them from a folder that all see', async () => {
      const store = folderBlobs(join(folder, 'store'));
      const worker = await startWorker(redis.url, folder, {
        cache: await openCache(join(folder, 'c'), [store]),
      });
      const settled = await collectAll(redis.url, tasks, { pathOf, blobs: store });
      await worker.drain();
      expect(codesOf(settled)).toEqual([]);
      expect(await store.has(file)).toBe(true);
    });
  });

  describe('that somebody else writes to', () => {
    const [task] = trialTasks(1) as [TrialTask];
    const key = trialWork.keyOf(task);
    const job = `${jobsOf(trialCode)}${key}`;
    test.each([
      ['no JSON', '{'],
      ['no result', JSON.stringify({ key, result: { number: 'one' } })],
      [
        "another task's result",
        JSON.stringify({ key: 'f'.repeat(64), result: { number: 0, answer: '', read: 0 } }),
      ],
    ])('%s is judged to be no result', (_, text) => {
      const state = { kind: 'completed', text } as const;
      expect(judge(state, key, trialWork, { damaged: 0, most: 2 })).toEqual({ kind: 'damaged' });
      const last = judge(state, key, trialWork, { damaged: 1, most: 2 });
      expect(last).toMatchObject({ kind: 'failure', failure: [{ code: 'queue/result' }] });
    });

    test.each([
      ['a task under the key of another', JSON.stringify({ task: { number: 7, ms: 0 } })],
      ['a task that is no JSON', '{'],
    ])('%s is put in anew', async (_, text) => {
      const own = collectAll(redis.url, [task], { backOff: 10 });
      while ((await queueing.redis.exists(job)) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      await queueing.redis.hset(job, 'data', text);
      const worker = await startWorker(redis.url, folder, { lock: 100 });
      expect(linesOf(await own)).toEqual(await expected([task]));
      await worker.drain();
    });
  });

  test('says what Redis refuses, such as a file for which it has no memory', async () => {
    const path = join(folder, 'large');
    await writeFile(path, Buffer.alloc(2 ** 21, 'x'));
    await queueing.redis.config('SET', 'maxmemory', 2 ** 21);
    try {
      const all = collectAll(redis.url, [{ number: 0, ms: 0, file: 'f'.repeat(64) }], {
        pathOf: async () => path,
      });
      await expect(all).rejects.toThrow(/^error\[queue\/refused\] at redis:.*OOM/);
    } finally {
      await queueing.redis.config('SET', 'maxmemory', 0);
    }
  });

  test('serves two submitters of the same tasks, which are executed once', async () => {
    let executed = 0;
    const tasks = trialTasks(200, 5);
    const both = [collectAll(redis.url, tasks), collectAll(redis.url, tasks)];
    const worker = await startWorker(redis.url, folder, { threads: 4, onTask: () => executed++ });
    for (const settled of await Promise.all(both)) expect(linesOf(settled)).toEqual(await expected(tasks));
    await worker.drain();
    expect(executed).toBe(200);
  });

  test('refuses a worker of other code, and both sides say which', async () => {
    const stop = new AbortController();
    const told: string[] = [];
    const own = collectAll(redis.url, trialTasks(3), {
      signal: stop.signal,
      onProblem: ({ code, message }) => told.push(`${code}: ${message}`),
    });
    while ((await queueing.redis.exists('crossloom:submitters')) === 0)
      await new Promise((r) => setTimeout(r, 5));
    const other = { ...member({ threads: 1 }), version: '2.0.0', code: 'd'.repeat(64) };
    const worker = await startWorker(redis.url, folder, { self: other });
    await expect(worker.ended).rejects.toThrow(
      /queue\/other-version.*this worker is crossloom 2\.0\.0 \(code d{12}\), and the tasks are submitted by 1\.0\.0 \(code c{12}\)/s,
    );
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toEqual([
      'queue/worker-refused: it is crossloom 2.0.0 (code dddddddddddd), and this is 1.0.0 (code cccccccccccc): it gets none of these tasks',
    ]);
    stop.abort(new Error('enough'));
    await expect(own).rejects.toThrow('enough');
  });
});
