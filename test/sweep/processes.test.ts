/** A sweep in the compiled program: the same bytes for any number of threads, and after its process was killed. */
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Built, build } from '../support/built.ts';
import { studyFolder, writeStudy, writtenIn } from './tiny-study.ts';

let folder = '';
let built: Built;
let study = '';
const at = (...names: readonly string[]) => join(folder, ...names);

beforeAll(async () => {
  [folder, built] = await Promise.all([studyFolder(), build()]);
  study = await writeStudy(folder, 'study', {
    stop: { metric: 'agreement', narrowerThan: 45, atLeast: 2 },
    chips: 4,
  });
}, 300_000);
afterAll(() => Promise.all([rm(folder, { recursive: true }), built.remove()]));

async function sweep(name: string, ...flags: readonly string[]) {
  const { exit, err } = await built.cli('sweep', study, '-o', at(name), ...flags);
  expect({ exit, err: exit === 0 ? '' : err }).toEqual({ exit: 0, err: '' });
}

const resultsIn = async (name: string) =>
  (await readFile(at(name, 'tasks.jsonl'), 'utf8').catch(() => '')).split('\n').slice(0, -1);

test('threads, shards on threads, and SIGKILL in the middle change no byte', async () => {
  await sweep('alone', '--threads', '1');
  const alone = await writtenIn(at('alone'));
  await sweep('three', '--threads', '3');
  expect(await writtenIn(at('three'))).toEqual(alone);
  for (const shard of ['1/2', '2/2']) await sweep('parts', '--shard', shard, '--threads', '3');
  expect((await built.cli('sweep', 'merge', at('parts'))).exit).toBe(0);
  expect(await writtenIn(at('parts'))).toEqual(alone);

  const cli = join(built.folder, 'dist/src/cli.js');
  const child = spawn(process.execPath, [cli, 'sweep', study, '-o', at('killed'), '--threads', '3'], {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
  while ((await resultsIn('killed')).length < 4 && child.exitCode === null) await sleep(20);
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  const kept = await resultsIn('killed');
  expect(kept.length).toBeGreaterThanOrEqual(4);
  expect(kept.length).toBeLessThan((await resultsIn('alone')).length);
  await sweep('killed', '--threads', '2');
  expect(await writtenIn(at('killed'))).toEqual(alone);
}, 600_000);
