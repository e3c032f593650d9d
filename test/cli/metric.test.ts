/** `verify --metric`: texts and values, and what is wrong with their files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeNpy } from '../../src/files/npy.ts';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { VerifyReport } from '../../src/verify/report.ts';
import { model, node } from '../support/onnx-model.ts';
import { runCli } from './run-cli.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const [steps, symbols] = [3, 4];
const width = steps * symbols;
/** Scores that say a-b, b (b b without a blank), and nothing. */
const best = [
  [1, 0, 2],
  [2, 2, 0],
  [0, 0, 0],
];
const scores = Float32Array.from(
  best.flatMap((own) => own.flatMap((s) => Array.from({ length: symbols }, (_, i) => (i === s ? 1 : 0)))),
);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-metric-'));
  const identity = Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0));
  const graph = model({
    inputs: { x: ['N', width] },
    outputs: { y: ['N', steps, symbols] },
    constants: {
      w: float32([width, width], identity),
      shape: { type: 'int64', dims: [3], data: BigInt64Array.of(-1n, BigInt(steps), BigInt(symbols)) },
    },
    nodes: [
      node('MatMul', ['x', 'w'], ['h'], {}, 'same'),
      node('Reshape', ['h', 'shape'], ['y'], {}, 'steps'),
    ],
  });
  await writeFile(at('model.onnx'), encodeModel(graph));
  await writeFile(at('data.npy'), encodeNpy({ type: 'float32', dims: [3, width], data: scores }));
  await writeFile(at('symbols.txt'), 'a\nb\nc\n');
  await writeFile(at('texts.csv'), 'text\nab\nbb\n"x"\n');
  await writeFile(at('preprocess.yaml'), 'scale: 1\n');
  const flags = ['--target', 'ideal', '--calibrate', at('data.npy'), '-o', at('net.xbar')];
  expect((await runCli(['compile', at('model.onnx'), ...flags])).exit).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

const verify = (...flags: readonly string[]) =>
  runCli(['verify', at('net.xbar'), '--model', at('model.onnx'), '--data', at('data.npy'), ...flags]);
const ctc = (...flags: readonly string[]) =>
  verify('--metric', 'ctc', '--alphabet', at('symbols.txt'), ...flags);

test('texts: right ones, symbols that are wrong, and bounds', async () => {
  const { exit, out } = await ctc('--truth', at('texts.csv'), '--json');
  expect(exit).toBe(0);
  const { float, mapped, data, ideal } = JSON.parse(out) as VerifyReport;
  // 'ab', 'b' for 'bb' and '' for 'x': one text of three, two symbols of five.
  expect(float).toEqual({ words: expect.closeTo(100 / 3, 9), symbolErrors: 40, agreement: 100 });
  expect(mapped.words).toEqual({ mean: expect.closeTo(100 / 3, 9) });
  expect(ideal.difference).toMatchObject({ points: 0 });
  expect(data).toMatchObject({ metric: 'ctc', labelled: true });
  const bound = await ctc('--truth', at('texts.csv'), '--min-accuracy', '50');
  expect(bound.exit).toBe(50);
  expect(bound.out).toMatch(/^floating point +33\.33 % +40\.00 % +100\.00 %$/m);
  expect(bound.err).toContain('the mean share of right texts is 33.33 %');
});

test('texts without their truth are compared with those of floating point', async () => {
  const { out } = await ctc();
  expect(out).toContain('no texts: compared with those that floating point reads');
  expect(out).toMatch(/^mapped, 1 trial +0\.00 % +100\.00 % /m);
});

test('values', async () => {
  const right = scores.map((score, i) => (i === 0 ? score + 6 : score));
  await writeFile(at('right.npy'), encodeNpy({ type: 'float32', dims: [3, width], data: right }));
  const { out } = await verify('--metric', 'regression', '--truth', at('right.npy'), '--json');
  const { float, data } = JSON.parse(out) as VerifyReport;
  expect(float.rmse).toBeCloseTo(1, 9);
  // Variation by hand: 24 around 2 of the changed value, and 2/3 of every other that is 1 once or twice in three samples.
  const variation = Array.from({ length: width }, (_, v) => [0, 1, 2].map((i) => right[i * width + v]!)).map(
    (own) => {
      const mean = own.reduce((a, b) => a + b) / 3;
      return own.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    },
  );
  expect(float.r2).toBeCloseTo(1 - 36 / variation.reduce((a, b) => a + b), 6);
  expect(data.metric).toBe('regression');
});

test('without a metric the report says what a ratio does not', async () => {
  const { out } = await verify();
  expect(out).toContain('no classes: signal-to-noise ratio only');
  expect(out).toContain('--metric ctc scores texts');
});

test.each([
  [['--metric', 'ctc'], 25, /options\/invalid\] at --metric ctc: .*--alphabet/],
  [['--metric', 'regression'], 25, /options\/invalid\] at --metric regression: .*--truth/],
  [['--alphabet', 'symbols.txt'], 25, /options\/invalid\] at --alphabet/],
  [['--truth', 'texts.csv'], 25, /options\/invalid\] at --truth/],
  [['--metric', 'ctc', '--alphabet', 'none.txt'], 2, /data\/unreadable\] at .*none\.txt/],
  [
    ['--metric', 'ctc', '--alphabet', 'texts.csv'],
    25,
    /--alphabet: there are 5 symbols.*last axis of output 'y' has 4/,
  ],
  [
    ['--metric', 'ctc', '--alphabet', 'symbols.txt', '--truth', 'symbols.txt'],
    40,
    /data\/texts\].*column 'text'/,
  ],
  [
    ['--metric', 'ctc', '--alphabet', 'symbols.txt', '--truth', 'two.csv'],
    40,
    /data\/texts\].*2 texts for 3 samples/,
  ],
  [
    ['--metric', 'ctc', '--alphabet', 'symbols.txt', '--truth', 'named.csv'],
    40,
    /data\/texts\].*no text of '1'/,
  ],
  [['--metric', 'ctc', '--alphabet', 'blanks.txt'], 40, /data\/texts\] at .*blanks\.txt: .*2 lines <blank>/],
  [['--metric', 'ctc', '--alphabet', 'gap.txt'], 40, /data\/texts\] at .*gap\.txt:2: this line is empty/],
  [['--metric', 'ctc', '--alphabet', 'empty.txt'], 40, /data\/texts\] at .*empty\.txt: it has no symbols/],
  [
    ['--metric', 'regression', '--truth', 'short.npy'],
    25,
    /--truth: there are 12 values, and 36 are asked for/,
  ],
  [
    ['--metric', 'ctc', '--alphabet', 'symbols.txt', '--max-drop', '1'],
    25,
    /options\/invalid.*right classes or right texts/,
  ],
])('%j', async (flags, code, message) => {
  await writeFile(at('two.csv'), 'text\nab\nbb\n');
  await writeFile(at('named.csv'), 'file,text\n0,ab\n2,bb\n');
  await writeFile(at('blanks.txt'), '<blank>\na\n<blank>\n');
  await writeFile(at('gap.txt'), 'a\n\nb\n');
  await writeFile(at('empty.txt'), '');
  await writeFile(
    at('short.npy'),
    encodeNpy({ type: 'float32', dims: [1, width], data: scores.slice(0, width) }),
  );
  const { exit, err } = await verify(...flags.map((flag) => (/\.\w+$/.test(flag) ? at(flag) : flag)));
  expect(err).toMatch(message);
  expect(exit).toBe(code);
});
