/** `crossloom sweep`: the same bytes in one process or in many, killed or not, and what is refused. */

import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transportHere } from '../../src/sweep/here.ts';
import { planStudy } from '../../src/sweep/plan-study.ts';
import { readStudy } from '../../src/sweep/read-study.ts';
import { openResultsFolder } from '../../src/sweep/results-folder.ts';
import { dataPlaces, executeShard, openShard, prepareShard } from '../../src/sweep/sweep.ts';
import { problemOf, runCli, runUntil } from '../cli/run-cli.ts';
import { images, studyFolder, writeStudy, writtenIn } from './tiny-study.ts';

let folder = '';
const at = (...names: readonly string[]) => join(folder, ...names);
let study = '';
let whole: Awaited<ReturnType<typeof writtenIn>>;
/** A study of six tasks. */
const small = { chips: 1, times: ['0'] };
/** Designs, chips, times and ranges of images. */
const tasks = 2 * 3 * 2 * 3;

beforeAll(async () => {
  folder = await studyFolder();
  study = await writeStudy(folder, 'study');
  const { exit, out, err } = await runCli(['sweep', study, '-o', at('whole'), '--json']);
  expect({ exit, err: err.replace(/.*\d s.*\n/g, '') }).toEqual({ exit: 0, err: '' });
  expect(JSON.parse(out).report.points).toHaveLength(4);
  whole = await writtenIn(at('whole'));
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

const linesOf = (text: string) => text.split('\n').slice(0, -1);

describe('a sweep', () => {
  test('has a line for every task, and every point in its table', () => {
    const lines = linesOf(whole['tasks.jsonl']!).map((line) => JSON.parse(line));
    expect(lines).toHaveLength(tasks);
    expect(new Set(lines.map(({ result }) => result.task)).size).toBe(tasks);
    expect(lines.reduce((sum, { result }) => sum + result.images, 0)).toBe(4 * 3 * images);
    const [head, ...rows] = linesOf(whole['table.csv']!);
    expect(head).toMatch(/^model,target,array\.rows,.*adc\.bits,.*,time \(s\),wires,.*top1 \(%\),top1 low/);
    expect(rows).toHaveLength(4);
    expect(rows.every((row) => row.startsWith('net,tetramem-256-6bit,32,32,32,'))).toBe(true);
  });

  test('gives the figures that `verify` gives of the same chips', async () => {
    const [row] = JSON.parse((await runCli(['sweep', 'merge', at('whole'), '--json'])).out).report.points;
    const [pkg] = (await readdir(at('whole', 'packages'))).toSorted();
    const manifest = JSON.parse(await readFile(at('whole', 'packages', pkg!, 'manifest.json'), 'utf8'));
    const bits = Number(manifest.target.overrides.at(-1).slice('adc.bits='.length));
    const { points } = JSON.parse((await runCli(['sweep', 'merge', at('whole'), '--json'])).out).report;
    const own = points.filter((point: typeof row) => point.values['adc.bits'] === bits);
    const flags = [
      '--data',
      at('test.npy'),
      '--labels',
      at('test-labels.npy'),
      '--accept-chance',
      '--at',
      '0,1h',
    ];
    const model = ['--model', at('net.onnx'), '--wires', 'on', '--trials', '3', '--json'];
    const report = JSON.parse(
      (await runCli(['verify', at('whole', 'packages', pkg!), ...model, ...flags])).out,
    );
    for (const [i, reading] of report.readings.entries()) {
      const { figures, shares, float } = own[i].measured;
      expect(shares).toEqual(reading.trials.map(({ top1 }: { readonly top1: number }) => top1));
      expect(figures.top1.value).toBeCloseTo(reading.top1.mean, 9);
      expect(figures.difference.value).toBeCloseTo(reading.difference.points, 9);
      expect(figures.difference.low).toBeCloseTo(reading.difference.low, 9);
      expect(figures.agreement.value).toBeCloseTo(reading.agreement.mean, 9);
      expect(float).toBe(report.float.top1);
    }
  });

  test('in shards, merged: the same bytes', async () => {
    const merge = () => runCli(['sweep', 'merge', at('parts')]);
    for (const shard of ['2/3', '1/3'])
      expect(await runCli(['sweep', study, '-o', at('parts'), '--shard', shard])).toMatchObject({ exit: 0 });
    const lacking = await merge();
    expect(problemOf(lacking)).toBe('42 sweep/incomplete');
    expect(lacking.err).toContain(`${tasks / 3} of ${tasks} tasks have no result`);
    expect(lacking.err).toContain(`Missing by shard: 3/3: ${tasks / 3}.`);
    expect(await readdir(at('parts'))).not.toContain('table.csv');
    const slurm = { SLURM_ARRAY_TASK_ID: '12', SLURM_ARRAY_TASK_MIN: '10', SLURM_ARRAY_TASK_COUNT: '3' };
    const last = await runCli(['sweep', study, '-o', at('parts')], { env: slurm });
    expect(last.err).toContain('shard 3 of 3, as SLURM_ARRAY_TASK_ID says');
    expect(await merge()).toMatchObject({ exit: 0, err: '' });
    expect(await writtenIn(at('parts'))).toEqual(whole);
    expect((await readdir(at('parts', 'parts'))).toSorted()).toEqual([
      '1-of-3.jsonl',
      '2-of-3.jsonl',
      '3-of-3.jsonl',
    ]);
  });

  test('goes on after Ctrl-C, and after a line that was not written to its end', async () => {
    const args = ['sweep', study, '-o', at('stopped')];
    const stopped = await runUntil('tasks: 5/', args);
    expect(stopped.exit).toBe(130);
    expect(stopped.err).toContain('the results of finished tasks are kept');
    const kept = linesOf(await readFile(at('stopped', 'tasks.jsonl'), 'utf8'));
    expect(kept.length).toBeGreaterThanOrEqual(5);
    expect(kept.length).toBeLessThan(tasks);
    await appendFile(at('stopped', 'tasks.jsonl'), linesOf(whole['tasks.jsonl']!).at(-1)!.slice(0, 200));
    expect(await runCli(args)).toMatchObject({ exit: 0 });
    expect(await writtenIn(at('stopped'))).toEqual(whole);
  });

  test.skipIf(!existsSync('/dev/full'))('goes on after a full disk', async () => {
    const file = await writeStudy(folder, 'small', small);
    const planned = await planStudy(await readStudy(file));
    const results = await openResultsFolder(at('full'), planned.plan);
    const prepared = await prepareShard(planned, results);
    const opened = await openShard(planned.plan, prepared, results);
    const { packages, models } = results;
    const context = { packages, models, data: dataPlaces(planned, prepared) };
    const transport = transportHere(context, { threads: 1, count: tasks });
    const executed = executeShard(planned.plan, opened, '/dev/full', transport);
    await expect(executed).rejects.toThrow('ENOSPC');
    for (const name of ['full', 'alone'])
      expect(await runCli(['sweep', file, '-o', at(name)])).toMatchObject({ exit: 0 });
    expect(await writtenIn(at('full'))).toEqual(await writtenIn(at('alone')));
  });

  test('by two at once, in one folder, is the same', async () => {
    const file = await writeStudy(folder, 'small', small);
    const run = (name: string) => runCli(['sweep', file, '-o', at(name)]);
    const runs = await Promise.all([run('two'), run('two'), run('one')]);
    expect(runs.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    expect(await writtenIn(at('two'))).toEqual(await writtenIn(at('one')));
  });

  test('of results that are there executes nothing', async () => {
    const before = await writtenIn(at('whole'));
    const { err } = await runCli(['sweep', study, '-o', at('whole')]);
    expect(err).not.toContain('tasks:');
    expect(await writtenIn(at('whole'))).toEqual(before);
  });
});

describe('a stop rule', () => {
  test('ends each point with the first chips whose interval is narrow, in one process and in shards', async () => {
    const rule = { metric: 'agreement', narrowerThan: 40, atLeast: 2 };
    const many = await writeStudy(folder, 'many', { chips: 6, stop: { ...rule, narrowerThan: 0.001 } });
    const all = JSON.parse((await runCli(['sweep', many, '-o', at('many'), '--json'])).out).report;
    const stopping = await writeStudy(folder, 'stop', { chips: 6, stop: rule });
    const report = JSON.parse((await runCli(['sweep', stopping, '-o', at('stop'), '--json'])).out).report;
    const counts = report.points.map(
      ({ measured }: { readonly measured: { readonly chips: number } }) => measured.chips,
    );
    for (const [i, point] of report.points.entries()) {
      const { shares, chips, figures } = point.measured;
      // The same chips, from the first on.
      expect(shares).toEqual(all.points[i].measured.shares.slice(0, chips));
      const width = figures.agreement.high - figures.agreement.low;
      expect(chips === 6 || width < rule.narrowerThan).toBe(true);
    }
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
    expect(Math.min(...counts)).toBeLessThan(6);
    for (const shard of ['1/2', '2/2'])
      expect(await runCli(['sweep', stopping, '-o', at('stop-parts'), '--shard', shard])).toMatchObject({
        exit: 0,
      });
    expect(await runCli(['sweep', 'merge', at('stop-parts')])).toMatchObject({ exit: 0 });
    expect(await writtenIn(at('stop-parts'))).toEqual(await writtenIn(at('stop')));
  }, 300_000);
});

describe('what does not fit', () => {
  const problem = async (changes: object, ...flags: readonly string[]) => {
    const file = await writeStudy(folder, 'wrong', changes);
    return runCli(['sweep', file, '-o', at('wrong'), ...flags]);
  };

  test('in a study is told at once, each with its line', async () => {
    const outcome = await problem({
      imagesPerTasks: 3,
      chips: 0,
      times: ['-1s'],
      set: { 'adc.bits': { from: 4, to: 8 } },
      stop: { narrowerThan: 0 },
    });
    expect(problemOf(outcome)).toBe('42 sweep/invalid');
    for (const place of ['imagesPerTasks', 'chips', 'times.0', 'set.adc.bits', 'stop.narrowerThan'])
      expect(outcome.err).toMatch(new RegExp(`wrong\\.yaml:\\d+: ${place.replaceAll('.', '\\.')}: `));
    expect(outcome.err).toContain("Did you mean 'imagesPerTask'?");
  });

  test('between a study and what it names', async () => {
    const unknown = await problem({ set: { 'adc.bit': 6 }, options: { copys: 1 } });
    expect(problemOf(unknown)).toBe('42 sweep/invalid');
    expect(unknown.err).toContain("the target has no field 'adc.bit'");
    expect(unknown.err).toContain("there is no option 'copys'");
    expect(problemOf(await problem({ set: { 'adc.bits': 99 } }))).toBe('25 options/invalid');
    expect(problemOf(await problem({ images: { from: 500, to: 600 } }))).toBe('42 sweep/invalid');
    expect(problemOf(await problem({ chips: 100_000 }))).toBe('42 sweep/too-large');
    const [model] = [{ file: 'none.onnx', data: 'none.npy' }];
    expect(problemOf(await problem({ models: [model] }))).toBe('2 onnx/unreadable');
    const { err } = await problem({ set: { 'adc.bits': { from: '1 uS', to: '2 S', steps: 3 } } });
    expect(err).toContain('in one unit');
    expect(await readdir(folder)).not.toContain('wrong');
  });

  test('on a command line', async () => {
    const shard = (text: string) => runCli(['sweep', study, '-o', at('wrong'), '--shard', text]);
    expect(problemOf(await shard('4/3'))).toBe('42 sweep/shard');
    expect(problemOf(await shard('3'))).toBe('2 usage/invalid-value');
    expect(problemOf(await runCli(['sweep', study]))).toBe('2 usage/missing');
    const env = { JOB_COMPLETION_INDEX: '1' };
    expect(problemOf(await runCli(['sweep', study, '-o', at('wrong')], { env }))).toBe('2 usage/missing');
    expect(problemOf(await runCli(['sweep', study, '--dry-rum']))).toBe('2 usage/unknown-option');
    expect(problemOf(await runCli(['sweep', 'merge', at('nowhere')]))).toBe('42 sweep/no-results');
    expect(problemOf(await runCli(['sweep', at('none.yaml'), '-o', at('wrong')]))).toBe('2 sweep/unreadable');
  });

  test('in a folder of another study, version or of damaged results', async () => {
    const other = await writeStudy(folder, 'other', { chips: 2 });
    const refused = await runCli(['sweep', other, '-o', at('whole')]);
    expect(problemOf(refused)).toBe('42 sweep/other-study');
    expect(refused.err).toContain('not the same are seeds');
    const folderWith = async (name: string, lines: readonly string[]) => {
      await mkdir(at(name, 'parts'), { recursive: true });
      await writeFile(at(name, 'study.json'), await readFile(at('whole', 'study.json')));
      await writeFile(at(name, 'parts', '1-of-1.jsonl'), lines.join('\n'));
      return problemOf(await runCli(['sweep', 'merge', at(name)]));
    };
    const [line = ''] = linesOf(whole['tasks.jsonl']!);
    expect(await folderWith('turned', [line.replace(/"images":\d+/, '"images":9')])).toBe('42 sweep/damaged');
    expect(await folderWith('cut', [`{"a${line}`])).toBe('42 sweep/damaged');
    expect(await folderWith('newer', [line.replace(/"crossloom":"[^"]*"/, '"crossloom":"99.0.0"')])).toBe(
      '42 sweep/other-version',
    );
    expect(await folderWith('mixed', [line.replace(/"study":"./, '"study":"e')])).toMatch(
      /sweep\/other-results|damaged/,
    );
    expect(await folderWith('torn', [line.slice(0, 100)])).toBe('42 sweep/incomplete');
  });

  test('data that changed', async () => {
    const labels = at('test-labels.npy');
    const bytes = await readFile(labels);
    const path = await writeStudy(folder, 'changed', { chips: 1, times: ['0'] });
    const args = ['sweep', path, '-o', at('changed')];
    expect((await runUntil('tasks: 1/', args)).exit).toBe(130);
    const changed = Buffer.from(bytes);
    changed[changed.length - 1]! ^= 1;
    await writeFile(labels, changed);
    const outcome = await runCli(args);
    await writeFile(labels, bytes);
    expect(problemOf(outcome)).toBe('40 data/changed');
    expect(await runCli(args)).toMatchObject({ exit: 0 });
  });

  test('a design that cannot be compiled is a row of the table, and a warning', async () => {
    const path = await writeStudy(folder, 'some', {
      chips: 1,
      times: ['0'],
      options: { copies: 1, arrays: [1, 1000] },
    });
    const outcome = await runCli(['sweep', path, '-o', at('some')]);
    expect(outcome.exit).toBe(0);
    expect(outcome.err).toContain('warning[sweep/not-compiled]');
    const rows = linesOf((await writtenIn(at('some')))['table.csv']!);
    expect(rows.filter((row) => row.includes('map/too-many-arrays'))).toHaveLength(2);
    expect(rows).toHaveLength(5);
    const none = await problem({ options: { arrays: 1 } });
    expect(problemOf(none)).toBe('26 map/too-many-arrays');
  });
});

test('a dry run tells tasks, time and memory, and leaves nothing', async () => {
  const { exit, out } = await runCli(['sweep', study, '--dry-run', '--json'], {
    now: () => performance.now(),
  });
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ designs: 2, points: 4, tasks });
  const { time, memory, taskTime } = JSON.parse(out);
  expect(time).toBeGreaterThan(taskTime);
  expect(memory).toBeGreaterThan(2 ** 20);
  expect((await runCli(['sweep', study, '--dry-run'])).out).toContain(`2 designs, 4 points, ${tasks} tasks`);
});
