/** A sweep through a queue, with the compiled program: the bytes of one process, though workers and the submitter are killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnRedis, redisThere, startRedis } from '../../bench/queue/redis.ts';
import { connect } from '../../src/queue/connect.ts';
import { callRoll } from '../../src/queue/roll.ts';
import { type Built, build } from '../support/built.ts';
import { studyFolder, writeStudy, writtenIn } from '../sweep/tiny-study.ts';

describe.runIf(redisThere())('a sweep through a queue', () => {
  let folder = '';
  let built: Built;
  let redis: OwnRedis;
  let study = '';
  const processes: ChildProcess[] = [];
  const at = (...names: readonly string[]) => join(folder, ...names);
  beforeAll(async () => {
    [folder, built, redis] = await Promise.all([studyFolder(), build(), startRedis()]);
    study = await writeStudy(folder, 'study', { chips: 4 });
  });
  afterAll(async () => {
    for (const process of processes) process.kill('SIGKILL');
    await redis?.remove();
    await built?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  function start(...args: readonly string[]) {
    const child = spawn(process.execPath, [join(built.folder, 'dist/src/cli.js'), ...args], {
      ...{ stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, CROSSLOOM_QUEUE: redis.url } },
    });
    processes.push(child);
    const said = { text: '' };
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (said.text += text));
    const ended = once(child, 'exit').then(([code]) => code as number | null);
    return { child, said, ended };
  }
  const worker = (name: string, ...flags: readonly string[]) =>
    start('worker', '--threads', '1', '--lock', '1s', '--cache', at(name), ...flags);
  const data = () => ['--data', at('test.npy'), '--labels', at('test-labels.npy')];
  const finished = async (name: string) =>
    (await readFile(at(name, 'tasks.jsonl'), 'utf8').catch(() => '')).split('\n').length - 1;

  test('gives the bytes of one process, though a worker and the submitter are killed', async () => {
    const alone = await built.cli('sweep', study, '-o', at('alone'), '--threads', '1');
    expect(alone.exit).toBe(0);
    const count = await finished('alone');

    const first = worker('cache', ...data());
    const submitter = start('sweep', study, '-o', at('queued'), '--queue');
    while ((await finished('queued')) < 3) {
      expect(submitter.child.exitCode, submitter.said.text).toBe(null);
      await sleep(20);
    }
    first.child.kill('SIGKILL');
    submitter.child.kill('SIGKILL');
    await Promise.all([first.ended, submitter.ended]);
    expect(await finished('queued')).toBeLessThan(count);
    // Until Redis forgets the one that was killed, the next leaves it what is in the queue.
    const queueing = await connect(redis.url);
    while ((await callRoll(queueing.redis, 'submitter')).length > 0) await sleep(200);

    // Two workers share what the first has left in the cache.
    const others = [worker('cache', ...data()), worker('cache', ...data())];
    const again = start('sweep', study, '-o', at('queued'), '--queue');
    expect(await again.ended, again.said.text).toBe(0);
    expect(await writtenIn(at('queued'))).toEqual(await writtenIn(at('alone')));
    for (const { child } of others) child.kill('SIGTERM');
    for (const { ended, said } of others) {
      expect(await ended).toBe(0);
      expect(said.text).toMatch(/stopping after the tasks in hand\n(.*\n)*\d+ tasks? done, 0 failed\n$/);
    }
    expect(await queueing.redis.keys('crossloom:blob:*')).toEqual([]);
    queueing.close();
  });

  test('has no worker take a task whose images it does not have', async () => {
    const submitter = start('sweep', study, '-o', at('other'), '--queue', '--store', at('store'));
    const wrong = worker(
      'wrong',
      '--data',
      at('data.npy'),
      '--labels',
      at('test-labels.npy'),
      '--store',
      at('store'),
    );
    expect(await wrong.ended).toBe(40);
    expect(wrong.said.text).toMatch(/^error\[data\//m);
    const right = worker('right', ...data(), '--store', at('store'));
    expect(await submitter.ended, submitter.said.text).toBe(0);
    expect(await writtenIn(at('other'))).toEqual(await writtenIn(at('alone')));
    right.child.kill('SIGTERM');
    expect(await right.ended).toBe(0);
  });
});
