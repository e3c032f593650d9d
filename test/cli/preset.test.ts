/** A network for gray levels from 0 to 1, in ten classes of equal width, and 100 images of one level each. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeNpy } from '../../src/files/npy.ts';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { VerifyReport } from '../../src/verify/report.ts';
import { npy } from '../data/files.ts';
import { model, node } from '../support/onnx-model.ts';
import { problemOf, runCli } from './run-cli.ts';

const pixels = 28 * 28;
const classes = 10;
const count = 100;

let folder = '';
const at = (name: string) => join(folder, name);

/** The class whose middle is nearest: 2 m x - m^2 is largest for it. */
function graph() {
  const middles = Array.from({ length: classes }, (_, c) => (c + 0.5) / classes);
  const weights = Array.from({ length: pixels }, () => middles.map((m) => (2 * m) / pixels)).flat();
  return model({
    inputs: { x: ['N', 1, 28, 28] },
    outputs: { y: ['N', classes] },
    constants: {
      w: float32([pixels, classes], Float32Array.from(weights)),
      b: float32(
        [classes],
        Float32Array.from(middles, (m) => -m * m),
      ),
    },
    nodes: [node('Flatten', ['x'], ['flat']), node('Gemm', ['flat', 'w', 'b'], ['y'])],
  });
}

const levels = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * 256) / count));
const classOf = (level: number) => Math.floor((level / 255) * classes * 0.999);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-preset-'));
  await writeFile(at('gray.onnx'), encodeModel(graph()));
  const images = Uint8Array.from(levels.flatMap((level) => Array<number>(pixels).fill(level)));
  await writeFile(at('gray.npy'), encodeNpy({ type: 'uint8', dims: [count, 28, 28], data: images }));
  await writeFile(at('labels.npy'), npy('|u1', `(${count},)`, Uint8Array.from(levels, classOf)));
  const lower = levels.map((level) => Math.max(0, classOf(level) - 1));
  await writeFile(at('lower.npy'), npy('|u1', `(${count},)`, Uint8Array.from(lower)));
});
afterAll(() => rm(folder, { recursive: true }));

const compile = (name: string, ...flags: readonly string[]) =>
  runCli([
    ...['compile', at('gray.onnx'), '--target', 'ideal', '--calibrate', at('gray.npy'), '--samples', '20'],
    ...['-o', at(name), '--force', ...flags],
  ]);
const verify = (name: string, labels: string, ...flags: readonly string[]) =>
  runCli([
    ...['verify', at(name), '--model', at('gray.onnx'), '--data', at('gray.npy'), '--labels', at(labels)],
    ...flags,
  ]);

describe('--preset', () => {
  test('is what a compilation without preprocessing suggests, and what the package records', async () => {
    const { exit, err } = await compile('raw.xbar');
    expect(exit).toBe(0);
    expect(err).toContain('[data/no-preprocessing]');
    expect(err).toContain('try --preset mnist: it takes 1x28x28, as networks for MNIST do.');
    expect(await compile('gray.xbar', '--preset', 'mnist')).toMatchObject({ exit: 0, err: '' });
    const { preprocessing } = JSON.parse(await readFile(join(at('gray.xbar'), 'manifest.json'), 'utf8'));
    expect(preprocessing).toMatchObject({ preset: 'mnist', scale: 1 / 255, color: 'gray' });
    const { exit: verified, out } = await verify('gray.xbar', 'labels.npy', '--json');
    expect(verified).toBe(0);
    expect((JSON.parse(out) as VerifyReport).float.top1).toBeGreaterThan(98);
  });

  test('is one of those that are listed, and not beside --preprocess', async () => {
    const wrong = await compile('x.xbar', '--preset', 'imagnet');
    expect(wrong.exit).toBe(2);
    expect(wrong.err).toContain('imagenet-torch');
    expect((await compile('x.xbar', '--preset', 'mnist', '--preprocess', 'p.yaml')).exit).toBe(2);
  });
});

describe('floating point that only guesses', () => {
  test('is a question, with the preset that answers it, and not a result', async () => {
    await compile('raw.xbar');
    const asked = await verify('raw.xbar', 'labels.npy');
    expect(problemOf(asked)).toBe('40 data/at-chance');
    expect(asked.out).toBe('');
    // Every level but 0 is beyond the last class.
    expect(asked.err).toContain(
      'is right in 10 of 100 images, and guessing is right 10 % of the time with 10',
    );
    expect(asked.err).toContain('Used: none, the samples as they are stored; label 0 is class 0.');
    expect(asked.err).toMatch(/With --preset mnist it is right in (99|100) of 100\./);
    expect((await verify('raw.xbar', 'labels.npy', '--accept-chance')).exit).toBe(0);
  });

  test('names the offset of labels that is missing, and a preprocessing that calibration had not', async () => {
    await compile('gray.xbar', '--preset', 'mnist');
    const other = await verify('gray.xbar', 'labels.npy', '--preset', 'raw');
    expect(other.err).toContain('[data/other-preprocessing]');
    await writeFile(at('off.yaml'), 'preset: mnist\nlabelOffset: 1\n');
    const asked = await verify('gray.xbar', 'lower.npy', '--preset', 'mnist');
    expect(problemOf(asked)).toBe('40 data/at-chance');
    expect(asked.err).toMatch(
      /With `preset: mnist` and `labelOffset: 1` in a file for --preprocess it is right in (8|9)\d of 100\./,
    );
    const { exit, out } = await verify('gray.xbar', 'lower.npy', '--preprocess', at('off.yaml'));
    expect(exit).toBe(0);
    expect(out).toContain('10 classes, label 0 is class 1');
  });

  test('stops a tuning as well', async () => {
    const tune = (...flags: readonly string[]) =>
      runCli([
        ...['tune', at('gray.onnx'), '--target', 'ideal', '--data', at('gray.npy'), '--samples', '4'],
        ...['--labels', at('labels.npy'), '--preset', 'raw', ...flags],
      ]);
    expect(problemOf(await tune())).toBe('40 data/at-chance');
  });
});
