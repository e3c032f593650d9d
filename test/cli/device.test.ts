/** `--device`: chips on a device give the report that they give on the processor, and say what was found of it. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placeOf } from '../../src/files/files.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { formatTuning } from '../../src/report/tune-text.ts';
import { formatVerification } from '../../src/report/verify-text.ts';
import type { TuneReport } from '../../src/tune/report.ts';
import type { VerifyReport } from '../../src/verify/report.ts';
import { npy } from '../data/files.ts';
import { softwareVulkan } from '../support/software-vulkan.ts';
import { features, inputs, labelsFor, memoryData, tinyModel, withTiny } from '../verify/tiny.ts';
import { problemOf, runCli } from './run-cli.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const samples = inputs(30);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-cli-device-'));
  await writeFile(at('model.onnx'), encodeModel(tinyModel().graph));
  const data = Float32Array.from(samples.flatMap((s) => [...s]));
  await writeFile(at('data.npy'), encodeNpy({ type: 'float32', dims: [samples.length, features], data }));
  await writeFile(at('labels.npy'), npy('|u1', '(30,)', Uint8Array.from(labelsFor(samples, 24))));
  await writeFile(at('preprocess.yaml'), 'scale: 1\n');
  const save = (pkg: Parameters<Parameters<typeof withTiny>[2]>[0]) =>
    cp(placeOf(pkg.files), at('tiny.xbar'), { recursive: true });
  await withTiny('tetramem-256-6bit', memoryData(samples.slice(0, 3), undefined), save);
});
afterAll(() => rm(folder, { recursive: true }));

const data = ['--model', 'model.onnx', '--data', 'data.npy', '--labels', 'labels.npy'];
const verify = (...flags: readonly string[]) =>
  runCli([
    'verify',
    at('tiny.xbar'),
    ...data.map((arg) => (arg.startsWith('--') ? arg : at(arg))),
    '--trials',
    '1',
    ...flags,
  ]);

describe.skipIf(!softwareVulkan)('WebGPU of software', () => {
  test('verify: the same accuracy, and a line about the device', async () => {
    const here = JSON.parse((await verify('--no-noise', '--json')).out) as VerifyReport;
    const { exit, out, err } = await verify('--no-noise', '--json', '--device', 'webgpu');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const there = JSON.parse(out) as VerifyReport;
    expect(here.device).toBe(undefined);
    expect(there.device).toMatchObject({ name: 'webgpu', check: { samples: 3, differing: 0 } });
    expect(there.float).toEqual(here.float);
    expect(there.ideal).toEqual(here.ideal);
    expect(there.layers).toEqual(here.layers);
    expect(there.mapped.top1).toEqual(here.mapped.top1);
    expect(there.mapped.agreement).toEqual(here.mapped.agreement);
    expect(formatVerification(there)).toMatch(
      /^device +webgpu \(Vulkan, driver .*\); all of 72 outputs of layers on 3 samples as on the processor$/m,
    );
  });

  test('run: the same classes, and a line about the device', async () => {
    const flags = ['run', at('tiny.xbar'), '--input', at('data.npy'), '--seed', '3', '--json'];
    const topOf = (out: string) =>
      (JSON.parse(out) as { results: { top?: { class: number }[] }[] }).results.map(({ top }) =>
        top?.map((score) => score.class),
      );
    const here = await runCli(flags);
    const there = await runCli([...flags, '--device', 'webgpu']);
    expect(there).toMatchObject({ exit: 0, err: '' });
    expect(topOf(there.out)).toEqual(topOf(here.out));
    expect(JSON.parse(there.out)).toMatchObject({ device: { name: 'webgpu', check: { samples: 3 } } });
    expect(JSON.parse(here.out)).not.toHaveProperty('device');
  });

  test('tune: the report says where chips ran', async () => {
    const { exit, out } = await runCli([
      'tune',
      at('model.onnx'),
      ...data.slice(2).map((arg) => (arg.startsWith('--') ? arg : at(arg))),
      ...['--target', 'pcm-256', '--images', '16', '--samples', '3'],
      ...['--trials', '1', '--max-drop', '100', '--budget', '1s', '--device', 'webgpu', '--json'],
    ]);
    expect(exit).toBe(0);
    const report = JSON.parse(out) as TuneReport;
    expect(report.device).toMatchObject({ name: 'webgpu', check: { differing: 0 } });
    expect(formatTuning(report)).toMatch(/^device {4}webgpu \(Vulkan, driver/m);
  });
});

describe('without a device', () => {
  test('nothing is begun where there are no libraries for it', async () => {
    const outcome = await verify('--device', 'cuda');
    expect(problemOf(outcome)).toBe('52 device/not-there');
    expect(outcome.err).toContain('at --device cuda');
    expect(outcome.out).toBe('');
  });

  test('a word that is no device', async () => {
    const outcome = await verify('--device', 'gpu');
    expect(outcome.err).toContain('Allowed choices are cpu, webgpu, cuda');
    expect(outcome.exit).toBe(2);
  });
});
