/**
 * Faults of workers, submitters, Redis, the network, disks and clocks, with processes of their own where these are killed. In each
 * case the results are those of one process without a queue, byte for byte, and every task counts once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OwnRedis, redisThere, startRedis } from '../../bench/queue/redis.ts';
import { type TrialTask, trialTasks } from '../../bench/queue/work.ts';
import { type Built, build } from '../support/built.ts';
import { startProxy } from './proxy.ts';
import { codesOf, collectAll, expected, linesOf, startWorker } from './trial.ts';

/** After which a worker that is not heard loses its tasks (ms). */
const lock = 400;

describe.runIf(redisThere())('whatever happens, every task counts once:', () => {
  let built: Built;
  let redis: OwnRedis;
  let folder = '';
  const processes: ChildProcess[] = [];
  beforeAll(async () => {
    built = await build();
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis?.remove();
    await built?.remove();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crossloom-faults-'));
  });
  afterEach(async () => {
    for (const process of processes.splice(0)) process.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** Started when it has said something. */
  async function run(command: string, args: readonly string[]): Promise<ChildProcess> {
    const process = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    processes.push(process);
    await Promise.race([once(process.stdout!, 'data'), once(process, 'exit')]);
    return process;
  }
  const script = (name: string) => join(built.folder, `dist/bench/queue/${name}.js`);
  const worker = (options: object = {}, node: readonly string[] = []) =>
    run(process.execPath, [
      ...node,
      script('worker'),
      redis.url,
      join(folder, 'cache'),
      JSON.stringify({ lock, threads: 2, ...options }),
    ]);
  const file = () => join(folder, 'results.jsonl');
  const submitterArgs = (count: number, ms: number) => [
    script('submitter'),
    redis.url,
    `${count}`,
    `${ms}`,
    file(),
  ];
  const submitter = (count: number, ms: number) => run(process.execPath, submitterArgs(count, ms));
  const merged = async () =>
    (await readFile(file(), 'utf8'))
      .split('\n')
      .slice(0, -1)
      .toSorted((a, b) => JSON.parse(a).number - JSON.parse(b).number);
  const ended = async (process: ChildProcess) => process.exitCode ?? (await once(process, 'exit'))[0];

  test('a worker is killed in the middle of its tasks', async () => {
    const first = await worker();
    const tasks = trialTasks(30, 60);
    const all = collectAll(redis.url, tasks);
    await sleep(300);
    first.kill('SIGKILL');
    await worker();
    expect(linesOf(await all)).toEqual(await expected(tasks));
  });

  test('the submitter is killed, and run again', async () => {
    await worker();
    const first = await submitter(30, 40);
    await once(first.stdout!, 'data');
    first.kill('SIGKILL');
    const before = (await merged()).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(30);
    expect(await ended(await submitter(30, 40))).toBe(0);
    expect(await merged()).toEqual(await expected(trialTasks(30)));
  });

  test("the submitter's disk is full, and then not", async () => {
    await worker();
    // Blocks of 1 KiB; a line is about 100 bytes.
    const limited = await run('bash', [
      '-c',
      'ulimit -f 1; exec "$@" 2> /dev/null',
      'bash',
      process.execPath,
      ...submitterArgs(30, 5),
    ]);
    expect(await ended(limited)).not.toBe(0);
    expect((await readFile(file())).length).toBe(1024);
    expect(await ended(await submitter(30, 5))).toBe(0);
    expect(await merged()).toEqual(await expected(trialTasks(30)));
  });

  test('Redis is killed, and started again with its append-only file', async () => {
    const serving = await startWorker(redis.url, folder, { lock });
    const tasks = trialTasks(40, 40);
    const all = collectAll(redis.url, tasks);
    await sleep(300);
    await redis.kill();
    await sleep(300);
    await redis.start();
    expect(linesOf(await all)).toEqual(await expected(tasks));
    await serving.drain();
  });

  test('an idle worker is told to end while Redis is not there', async () => {
    const idle = await worker();
    await sleep(1000);
    await redis.kill();
    await sleep(500);
    idle.kill('SIGTERM');
    const exit = await Promise.race([ended(idle), sleep(30_000, 'none')]);
    await redis.start();
    expect(exit).toBe(0);
  });

  test('a worker hangs: its tasks are given to others, and what it says later is not counted', async () => {
    const hanging = await worker();
    const tasks = trialTasks(20, 80);
    const all = collectAll(redis.url, tasks);
    await sleep(400);
    hanging.kill('SIGSTOP');
    await worker({ threads: 1 });
    await sleep(3 * lock);
    hanging.kill('SIGCONT');
    expect(linesOf(await all)).toEqual(await expected(tasks));
  });

  test('a task hangs: its thread is ended, others go on, and it is reported', async () => {
    await worker({ limit: 3000 });
    const ill: TrialTask = { number: 99, ms: 0, ill: 'hang' };
    const settled = await collectAll(redis.url, [ill, ...trialTasks(10, 20)], { tries: 2, backOff: 10 });
    expect(linesOf(settled)).toEqual(await expected(trialTasks(10)));
    expect(codesOf(settled)).toEqual(['queue/too-long']);
  });

  test('a task kills its workers, one after the other, and is reported', async () => {
    let over = false;
    const raise = async () => {
      for (;;) {
        const one = await worker({ lock: 150 });
        await ended(one);
        if (over) return;
      }
    };
    const raising = raise();
    const ill: TrialTask = { number: 99, ms: 0, ill: 'die' };
    const settled = await collectAll(redis.url, [ill, ...trialTasks(4)]);
    over = true;
    for (const process of processes) process.kill('SIGKILL');
    await raising;
    expect(linesOf(settled)).toEqual(await expected(trialTasks(4)));
    expect(codesOf(settled)).toEqual(['queue/lost']);
  });

  test('the network drops, and comes back', async () => {
    const proxy = await startProxy(redis.port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    const serving = await startWorker(url, folder, { lock });
    const tasks = trialTasks(40, 40);
    const all = collectAll(url, tasks);
    await sleep(300);
    await proxy.cut();
    await sleep(300);
    await proxy.mend();
    await sleep(200);
    await proxy.cut();
    await sleep(lock);
    await proxy.mend();
    expect(linesOf(await all)).toEqual(await expected(tasks));
    await serving.drain();
    await proxy.cut();
  });

  test('the network swallows all, and keeps its connections', async () => {
    const proxy = await startProxy(redis.port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    const silence = 3000;
    const serving = await startWorker(url, folder, { lock }, { silence });
    const tasks = trialTasks(30, 40);
    const all = collectAll(url, tasks, {}, { silence });
    await sleep(300);
    proxy.swallow();
    await sleep(500);
    // From here on bytes pass again, but those of before are lost: both ends have to notice by themselves.
    proxy.pass();
    expect(linesOf(await all)).toEqual(await expected(tasks));
    await serving.drain();
    await proxy.cut();
  });

  test('clocks of workers are an hour early and an hour late', async () => {
    for (const [name, hours] of [
      ['early', -1],
      ['late', 1],
    ] as const) {
      const path = join(folder, `${name}.mjs`);
      await writeFile(path, skewed(hours));
      await worker({ threads: 1 }, ['--import', path]);
    }
    const tasks = [...trialTasks(40, 10), { number: 99, ms: 0, ill: 'stumble' } as const];
    const settled = await collectAll(redis.url, tasks, { tries: 3, backOff: 50 });
    expect(linesOf(settled)).toEqual(await expected(trialTasks(40)));
    expect(codesOf(settled)).toEqual(['queue/failed']);
  });
});

/** What sets the clock of a process wrong. */
const skewed = (hours: number) => `const real = Date;
globalThis.Date = class extends real {
  constructor(...args) {
    super(...(args.length === 0 ? [Date.now()] : args));
  }
  static now() {
    return real.now() + ${hours * 3_600_000};
  }
};
`;
