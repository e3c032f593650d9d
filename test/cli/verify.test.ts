import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saveChip } from '../../src/chip/save.ts';
import { placeOf } from '../../src/files/files.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Package } from '../../src/package/open.ts';
import { programChip } from '../../src/program.ts';
import type { VerifyReport } from '../../src/verify/report.ts';
import { npy } from '../data/files.ts';
import { driftFields, sectionOf } from '../support/reading-laws.ts';
import { reseal } from '../support/reseal.ts';
import { features, inputs, labelsFor, memoryData, tinyModel, withTiny } from '../verify/tiny.ts';
import { problemOf, runCli, runUntil } from './run-cli.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const samples = inputs(30);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-cli-verify-'));
  await writeFile(at('model.onnx'), encodeModel(tinyModel().graph));
  const values = Float32Array.from(samples.flatMap((s) => [...s]));
  await writeFile(
    at('data.npy'),
    encodeNpy({ type: 'float32', dims: [samples.length, features], data: values }),
  );
  await writeFile(at('labels.npy'), npy('|u1', '(30,)', Uint8Array.from(labelsFor(samples, 24))));
  await writeFile(at('preprocess.yaml'), 'scale: 1\n');
  const calibration = memoryData(samples.slice(0, 3), undefined);
  const save = async (pkg: Package) => {
    await cp(placeOf(pkg.files), at('tiny.xbar'), { recursive: true });
    await saveChip(await programChip(pkg, { seed: 9 }), at('chip9'));
  };
  await withTiny('tetramem-256-6bit', calibration, save, [], true);
});
afterAll(() => rm(folder, { recursive: true }));

const verify = (...flags: readonly string[]) =>
  runCli(['verify', at('tiny.xbar'), '--model', at('model.onnx'), '--data', at('data.npy'), ...flags]);
const labelled = (...flags: readonly string[]) => verify('--labels', at('labels.npy'), ...flags);

describe('crossloom verify', () => {
  test('prints one screen that says what was compared', async () => {
    const { exit, out, err } = await labelled('--trials', '2');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toContain('data          data.npy: 30 images, 8 classes\n');
    expect(out).toMatch(/^floating point +80\.00 % +[\d.]+ % +100\.00 %$/m);
    expect(out).toMatch(/^quantized, ideal chip +[\d.]+ % .* dB$/m);
    expect(out).toMatch(
      /^mapped, mean of 2 trials, right after, wires on +[\d.]+ ± [\d.]+ % .* dB +[\d.]+ dB$/m,
    );
    expect(out).toMatch(/^ {2}right after, wires off +[\d.]+ ± [\d.]+ % .* dB$/m);
    expect(out).toMatch(
      /^mapped - float: (.* 95 % interval .* to .*|no image changed .*) \(over trials and images\)$/m,
    );
    expect(out).toMatch(
      /^ {2}(first|second) +MatMul +[\d.]+ dB; +[\d.]+ dB {2}[\d.]+ % of its conversions saturate$/m,
    );
    expect(out).toMatch(/^ {2}cells +\d+ formed, [\d.]+ pulses each/m);
    expect(out).toMatch(
      /^\d+ effects simulated, \d+ switched off, \d+ not modelled; 35 of the target's 4\d values assumed \(--effects names them\)$/m,
    );
    const lines = out.split('\n');
    expect(lines.length).toBeLessThan(32);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(160);
  });

  test('names effects and assumed values where they are asked for', async () => {
    const { out } = await labelled('--trials', '1', '--images', '4', '--effects');
    expect(out).toMatch(/^not modelled {2}\w/m);
    const joined = out.replaceAll(/\n {14}/g, ' ');
    expect(joined).toMatch(/^simulated .*wire resistance/m);
    const [, values] = /^assumed +35 of the target's 4\d values: (cell.gMin=50 uS.*)$/m.exec(joined)!;
    expect(values!.split(', ').filter((value) => value.includes('='))).toHaveLength(35);
    expect(out).not.toContain('--effects names them');
  });

  test('keeps what floating point and the reference give in the folder of results, unless that is off', async () => {
    const recalled = async (results: string) => {
      const flags = ['--images', '4', '--chip', at('chip9'), '--wires', 'off', '--json'];
      const args = [
        'verify',
        at('tiny.xbar'),
        '--model',
        at('model.onnx'),
        '--data',
        at('data.npy'),
        ...flags,
      ];
      const { out } = await runCli(args, { env: { CROSSLOOM_RESULTS: results } });
      return (JSON.parse(out) as VerifyReport).recalledReferences;
    };
    expect(await recalled(at('results'))).toEqual([]);
    expect(await recalled(at('results'))).toEqual(['float', 'ideal']);
    expect((await readdir(at('results'))).filter((name) => name.endsWith('.outputs'))).toHaveLength(2);
    expect(await recalled('off')).toEqual([]);
  });

  test('gives the same report as JSON, also in a file', async () => {
    const { exit, out } = await labelled('--trials', '2', '--json', '--output', at('report.json'));
    expect(exit).toBe(0);
    const report = JSON.parse(out) as VerifyReport;
    expect(JSON.parse(await readFile(at('report.json'), 'utf8'))).toEqual(report);
    expect(report).toMatchObject({ seeds: [1, 2], float: { top1: 80 }, data: { images: 30 } });
    expect(report.trials).toHaveLength(2);
    expect(report.assumed.values).toHaveLength(35);
    expect((await readdir(folder)).filter((file) => file.includes('.new-'))).toEqual([]);
  });

  test('verifies saved chips', async () => {
    const { exit, out } = await labelled('--chip', at('chip9'), '--chip', at('chip9'), '--json');
    expect(exit).toBe(0);
    const report = JSON.parse(out) as VerifyReport;
    expect(report.trials.map(({ seed, chip }) => ({ seed, chip }))).toEqual([
      { seed: 9, chip: at('chip9') },
      { seed: 9, chip: at('chip9') },
    ]);
    expect(report.mapped.top1!.deviation).toBe(0);
    const both = await labelled('--chip', at('chip9'), '--trials', '2');
    expect(both.exit).toBe(2);
    expect(both.err).toContain("'--chip <dir>' cannot be used with option '--trials <n>'");
  });

  test('a bound that is not met ends with 50, after the report', async () => {
    const { exit, out, err } = await labelled('--trials', '1', '--min-accuracy', '99.5', '--max-drop', '90');
    expect(exit).toBe(50);
    expect(out).toMatch(/--min-accuracy 99\.5: NOT MET \([\d.]+\)/);
    expect(out).toContain('--max-drop 90: met');
    expect(err).toMatch(/^error\[verify\/bound-not-met\] at --min-accuracy 99\.5: .*mean top-1 is [\d.]+ %/);
    expect((await labelled('--trials', '1', '--min-accuracy', '10')).exit).toBe(0);
    expect((await labelled('--max-drop', 'much')).exit).toBe(2);
  });

  test('reads chips at times after programming', async () => {
    const flags = ['--set'].flatMap((flag) =>
      sectionOf('drift', driftFields).flatMap((field) => [flag, field]),
    );
    const compiled = await runCli([
      'compile',
      at('model.onnx'),
      '--calibrate',
      at('data.npy'),
      '-o',
      at('drift.xbar'),
      ...['--wire-correction', 'none'],
      ...flags,
    ]);
    expect(compiled.exit).toBe(0);
    const drifting = (...more: readonly string[]) =>
      runCli([
        'verify',
        at('drift.xbar'),
        '--model',
        at('model.onnx'),
        '--data',
        at('data.npy'),
        '--labels',
        at('labels.npy'),
        ...['--trials', '1', '--preprocess', at('preprocess.yaml')],
        ...more,
      ]);
    const { exit, out } = await drifting('--at', '0s,1h,10d', '--max-drop', '100', '--compensate', 'global');
    expect(exit).toBe(0);
    expect(out).toMatch(/^mapped, 1 trial, right after, wires on +[\d.]+ %/m);
    expect(out).toMatch(/^ {2}after 1 h, wires on, calibrated when programmed, one factor +[\d.]+ %/m);
    expect(out).toMatch(
      /^recalibration: calibrated when programmed, a loss of 100 points is kept up to 10 d, of the times given$/m,
    );
    const held = await drifting('--at', '1h,10d', '--max-drop', '100', '--calibrated-at', '1h');
    expect(held.out).toMatch(/^ {2}after 10 d, wires on, calibrated at 1 h +[\d.]+ %/m);
    expect(held.out).toMatch(/^recalibration: calibrated at 1 h, a loss of 100 points is kept up to 10 d/m);
    const json = await drifting('--at', '1y', '--json', '--no-noise');
    const report = JSON.parse(json.out) as VerifyReport;
    expect(report.readings.map(({ at: time, wires }) => [time, wires])).toEqual([
      [31_557_600, true],
      [31_557_600, false],
    ]);
    expect(report.readings.map(({ calibratedAt }) => calibratedAt)).toEqual([31_557_600, 31_557_600]);
    expect(report.calibration?.layers).toHaveLength(2);
    expect(report.warnings.map(({ code }) => code)).toContain('read/time-not-covered');
    expect(problemOf(await drifting('--at', '-1h'))).toBe('25 read/before-programming');
    expect((await drifting('--at', '1 week')).exit).toBe(2);
    expect((await drifting('--compensate', 'much')).exit).toBe(2);
    expect((await drifting('--calibrated-at', 'soon')).exit).toBe(2);
    expect(problemOf(await drifting('--calibrated-at', '1h'))).toBe('25 options/invalid');
  });

  test('says what belongs to the report without labels', async () => {
    const { exit, out } = await verify('--trials', '1', '--no-calibrate', '--effects');
    expect(exit).toBe(0);
    expect(out).toContain('no labels: agreement and signal-to-noise ratio only');
    expect(out).not.toContain('top-1');
    expect(out.replaceAll(/\n {14}/g, ' ')).toMatch(/^switched off .*calibration on the programmed chip/m);
    expect(problemOf(await verify('--min-accuracy', '50'))).toBe('40 data/no-labels');
  });

  test('takes the preprocessing of the flag, else the recorded one, else what is found; without any it says so', async () => {
    await cp(at('tiny.xbar'), at('recorded.xbar'), { recursive: true });
    await reseal(at('recorded.xbar'), (manifest) => {
      manifest.preprocessing = { scale: 3 };
    });
    await writeFile(at('two.yaml'), 'scale: 2\n');
    const scaleOf = async (name: string, ...flags: readonly string[]) => {
      const args = [
        'verify',
        at(name),
        '--model',
        at('model.onnx'),
        '--data',
        at('data.npy'),
        '--images',
        '2',
      ];
      const { out, err } = await runCli([...args, '--trials', '1', '--json', ...flags]);
      return {
        err,
        scale: Reflect.get(Object((JSON.parse(out) as VerifyReport).data.preprocessing), 'scale'),
      };
    };
    const other = await scaleOf('recorded.xbar', '--preprocess', at('two.yaml'));
    expect(other).toEqual({ err: expect.stringContaining('"data/other-preprocessing"'), scale: 2 });
    expect(await scaleOf('recorded.xbar')).toEqual({ err: '', scale: 3 });
    expect(await scaleOf('tiny.xbar')).toEqual({ err: '', scale: 1 });
    await rm(at('preprocess.yaml'));
    expect((await scaleOf('tiny.xbar')).err).toContain('"code": "data/no-preprocessing"');
    await writeFile(at('preprocess.yaml'), 'scale: 1\n');
  });

  test('bad input: each its own code', async () => {
    await writeFile(at('other.onnx'), encodeModel({ ...tinyModel().graph, name: 'other' }));
    const other = await runCli([
      'verify',
      at('tiny.xbar'),
      '--model',
      at('other.onnx'),
      '--data',
      at('data.npy'),
    ]);
    expect(problemOf(other)).toBe('30 package/wrong-model');
    expect(other.err).toContain('error[package/wrong-model]');
    await cp(at('tiny.xbar'), at('damaged.xbar'), { recursive: true });
    await writeFile(at('damaged.xbar/host.onnx'), 'x');
    const damaged = await runCli([
      'verify',
      at('damaged.xbar'),
      '--model',
      at('model.onnx'),
      '--data',
      at('data.npy'),
    ]);
    expect(problemOf(damaged)).toBe('30 package/hash-mismatch');
    expect(problemOf(await verify('--chip', at('nosuch')))).toBe('2 chip/unreadable');
    expect((await runCli(['verify', at('tiny.xbar')])).exit).toBe(2);
  });
});

test('keeps finished trials: Ctrl-C says so, and the same command goes on after them', async () => {
  const flags = ['--labels', at('labels.npy'), '--trials', '3', '--wires', 'off'];
  const args = ['verify', at('tiny.xbar'), '--model', at('model.onnx'), '--data', at('data.npy'), ...flags];
  const env = { CROSSLOOM_RESULTS: at('results') };
  const stopped = await runUntil('chip 2 of 3: program', args, { env });
  expect(stopped).toMatchObject({ exit: 130, out: '' });
  expect(stopped.err).toMatch(
    /\ninterrupted at chip 2 of 3: [^;]*; finished and kept: 1 of 3 trials; this goes on from there:\ncrossloom verify \S+tiny\.xbar .* --trials 3 --wires off\n$/,
  );
  const { exit, out } = await runCli(args, { env });
  expect(exit).toBe(0);
  expect(out).toContain('3 trials (seed 1, 2, 3); 1 of them kept from earlier runs; ');
  const off = await runCli([...args, '--json'], { env: { CROSSLOOM_RESULTS: 'off' } });
  expect(JSON.parse(off.out)).toMatchObject({ recalledTrials: 0 });
});
