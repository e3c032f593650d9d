import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Job, runJob } from '../../src/threads/pool.ts';
import { type Built, build } from '../support/built.ts';

const opened: number[] = [];
const closed: number[] = [];
const job: Job<number, number, number> = {
  module: import.meta.url,
  open(factor) {
    opened.push(factor);
    return {
      run(task) {
        if (task < 0) throw new Error(`task ${task}`);
        return factor * task;
      },
      close: async () => void closed.push(factor),
    };
  },
};

describe('a job', () => {
  test('runs every task, and is opened and closed once in a thread', async () => {
    const results = new Map<number, number>();
    await runJob(job, 3, [5, 6, 7], { threads: 1, count: 3, onResult: (r, task) => results.set(task, r) });
    expect([...results]).toEqual([
      [0, 15],
      [1, 18],
      [2, 21],
    ]);
    expect({ opened, closed }).toEqual({ opened: [3], closed: [3] });
  });

  test('ends with the error of a task, or of what gives the tasks; closed all the same', async () => {
    const done: number[] = [];
    const options = { threads: 1, count: 3, onResult: (result: number) => void done.push(result) };
    await expect(runJob(job, 7, [1, -2, 3, -4], options)).rejects.toThrow('task -2');
    async function* broken() {
      yield 2;
      throw new Error('no more');
    }
    await expect(runJob(job, 8, broken(), options)).rejects.toThrow('no more');
    expect(done).toEqual([7, 16]);
    expect(closed).toEqual([3, 7, 8]);
  });
});

describe('worker threads', () => {
  let built: Built;
  beforeAll(async () => {
    built = await build();
  });
  afterAll(() => built.remove());

  /** Runs a job in workers: each task says how long it waits, and whether it fails. */
  async function inWorkers(threads: number, tasks: string): Promise<unknown> {
    return JSON.parse(
      await built.script(`
        import { threadId, isMainThread } from 'node:worker_threads';
        import { setTimeout as wait } from 'node:timers/promises';
        import { runJob } from './dist/src/threads/pool.js';
        import { DiagnosticError } from './dist/src/diagnostics/diagnostic.js';
        import { optionInvalid } from './dist/src/diagnostics/all.js';
        export const job = {
          module: import.meta.url,
          open: (context) => ({
            async run({ ms, fail }) {
              await wait(ms);
              if (fail === 'bug') throw new Error('bug');
              if (fail === 'exit' && !isMainThread) process.exit(3);
              if (fail && fail !== 'exit') throw new DiagnosticError([optionInvalid(fail, 'wrong')]);
              return { threadId, context };
            },
          }),
        };
        if (isMainThread) {
          const results = [];
          const onResult = (result, task) => (results[task] = result);
          const error = await runJob(job, 'context', ${tasks}, { threads: ${threads}, count: 4, onResult })
            .then(() => undefined, (error) => ({ user: error instanceof DiagnosticError, text: error.message }));
          console.log(JSON.stringify({ results, error }));
        }`),
    );
  }

  test('share the tasks; one thread is this one', async () => {
    const tasks = '[{ ms: 300 }, { ms: 300 }, { ms: 300 }, { ms: 300 }]';
    const several = (await inWorkers(2, tasks)) as { results: { threadId: number; context: string }[] };
    expect(several.results.map(({ context }) => context)).toEqual(Array(4).fill('context'));
    expect(new Set(several.results.map(({ threadId }) => threadId)).size).toBe(2);
    const alone = (await inWorkers(1, tasks)) as typeof several;
    expect(alone.results.map(({ threadId }) => threadId)).toEqual([0, 0, 0, 0]);
  });

  test('give the error of the first task that fails, though another failed sooner', async () => {
    const tasks = "[{ ms: 0 }, { ms: 1500, fail: '--first' }, { ms: 0, fail: 'bug' }, { ms: 0 }]";
    expect(await inWorkers(3, tasks)).toMatchObject({
      error: { user: true, text: expect.stringContaining('--first') },
    });
    expect(await inWorkers(2, "[{ ms: 0, fail: 'bug' }, { ms: 0 }]")).toMatchObject({
      error: { user: false, text: 'bug' },
    });
  });

  test('that end by themselves are an error, not a wait for ever', async () => {
    const tasks = "Array(4).fill({ ms: 300, fail: 'exit' })";
    expect(await inWorkers(2, tasks)).toMatchObject({
      error: { user: false, text: expect.stringContaining('a worker ended') },
    });
  });
});
