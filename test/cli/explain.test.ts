import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeNpy } from '../../src/files/npy.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { formatExplanation } from '../../src/report/explain-text.ts';
import { npy } from '../data/files.ts';
import { features, inputs, labelsFor, tinyModel } from '../verify/tiny.ts';
import { problemOf, runCli } from './run-cli.ts';
import { tinyGraph } from './tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const samples = inputs(68);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-cli-explain-'));
  await writeFile(at('model.onnx'), encodeModel(tinyModel().graph));
  await writeFile(at('other.onnx'), encodeModel(tinyGraph()));
  const values = Float32Array.from(samples.flatMap((s) => [...s]));
  const dims = [samples.length, features];
  await writeFile(at('data.npy'), encodeNpy({ type: 'float32', dims, data: values }));
  await writeFile(at('labels.npy'), npy('|u1', '(68,)', Uint8Array.from(labelsFor(samples, 68))));
  await writeFile(at('preprocess.yaml'), 'scale: 1\n');
  await runCli([
    ...['compile', at('model.onnx'), '--calibrate', at('data.npy'), '--samples', '8'],
    ...['--target', 'pcm-256', '--set', 'adc.bits=4', '-o', at('net.xbar')],
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

const explain = (...flags: readonly string[]) =>
  runCli(['explain', at('net.xbar'), '--data', at('data.npy'), '--threads', '1', ...flags]);
const given = () => ['--model', at('model.onnx'), '--labels', at('labels.npy')];

describe('crossloom explain', () => {
  test('prints the largest effect first, and what acts only later', async () => {
    const { exit, out } = await explain(...given(), '--trials', '1');
    expect(exit).toBe(0);
    expect(out).toMatch(
      /^data +data\.npy: 60 images; 8 calibration samples left out; one image is 1\.67 points$/m,
    );
    expect(out).toMatch(/^Read right after programming, so without .*drift.*: --at TIME$/m);
    expect(out).toMatch(/^floating point +100\.00$/m);
    const [, , first] = out.slice(out.indexOf('\neffect ') + 1).split('\n');
    expect(first).toMatch(
      /^converter quantization and saturation +[\d.]+ .* to .* (first|second) -?[\d.]+ dB$/,
    );
    expect(out).toMatch(/^weight rounding, no chip +-?[\d.]+ .* %$/m);
    // A small package: options are tried.
    expect(out).toMatch(/^Options of compile tried against the largest causes/m);
    expect(out).toMatch(/^converter quantization and saturation +--set adc\.bits=6 +[\d.]+ /m);
  });

  test('with --json gives the same numbers, and with --at what has drifted', async () => {
    const { out } = await explain(...given(), '--trials', '1', '--images', '20', '--at', '1d', '--json');
    const report = JSON.parse(out);
    expect(report).toMatchObject({ schema: 'crossloom/explain/1', at: 86_400, later: [], seeds: [1] });
    expect(report.effects.map(({ effect }: { effect: string }) => effect)).toContain('drift');
    // As text, a part that is surely negative is explained.
    const explained = (high: number) => {
      const [first, ...others] = report.effects;
      const allBut = { ...first.allBut, share: { value: -2, low: -3, high } };
      return formatExplanation({ ...report, effects: [{ ...first, allBut }, ...others] });
    };
    expect(explained(-1)).toMatch(/^Chips err more without an effect of a negative part: /m);
    expect(explained(1)).not.toContain('negative part');
    // What was not asked for is offered, what a compilation refuses is said.
    const { tried, ...untried } = report;
    expect(tried.length).toBeGreaterThan(0);
    expect(formatExplanation(untried)).toMatch(/^Options that may help, tried: --try$/m);
    const refused = [{ effect: 'drift', option: '--copies 2', refused: 'it is too large' }];
    expect(formatExplanation({ ...report, tried: refused })).toMatch(
      /^Against drift, --copies 2 is refused: it is too large$/m,
    );
    // A line that rests on fewer images says so.
    const [largest, ...rest] = report.effects;
    const few = { ...largest, allBut: { ...largest.allBut, images: 12 } };
    expect(formatExplanation({ ...report, effects: [few, ...rest] })).toMatch(/ 16, 12 /);
  });
});

test('crossloom explain --image follows one image, without labels too', async () => {
  const { exit, out } = await explain(...given(), '--image', '3');
  expect(exit).toBe(0);
  expect(out).toMatch(/^image +3 of data\.npy: .*, labelled class \d$/m);
  expect(out).toMatch(/^first +-?[\d.]+ dB +-?[\d.]+ dB +(as in integers|class \d)$/m);
  expect(out).toMatch(/^The (chip answers as integers do|answer changes first)/m);
  const { out: json } = await explain('--model', at('model.onnx'), '--image', '3', '--seed', '2', '--json');
  const report = JSON.parse(json);
  expect(report).toMatchObject({ schema: 'crossloom/explain-image/1', seed: 2, image: { number: 3 } });
  expect(report.image.label).toBeUndefined();
  expect(report.layers.map(({ layer }: { layer: string }) => layer)).toEqual(['first', 'second']);
});

describe('what cannot be explained', () => {
  test.each([
    [['--model', 'model.onnx'], '40 data/no-labels'],
    [['--model', 'other.onnx', '--labels', 'labels.npy'], '30 package/wrong-model'],
    [['--model', 'none.onnx', '--labels', 'labels.npy'], '2 onnx/unreadable'],
    [['--model', 'model.onnx', '--labels', 'labels.npy', '--images', '1'], '2 usage/invalid-value'],
    [['--labels', 'labels.npy'], '2 usage/missing'],
    [['--model', 'model.onnx', '--image', '68'], '25 options/invalid'],
    [['--model', 'model.onnx', '--image', '-1'], '2 usage/invalid-value'],
    [['--model', 'other.onnx', '--image', '1'], '30 package/wrong-model'],
    [['--model', 'model.onnx', '--image', '1', '--trials', '2'], '2 usage/invalid'],
    [['--model', 'model.onnx', '--image', '1', '--try'], '2 usage/invalid'],
  ])('%j', async (flags, problem) => {
    const placed = flags.map((flag) => (/\.(onnx|npy)$/.test(flag) ? at(flag) : flag));
    expect(problemOf(await explain(...placed))).toBe(problem);
  });
});
