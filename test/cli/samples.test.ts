/** What verbs say of samples that are no numbers, tell nothing, or are too large: a code each, and no score. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { npy, temporaryFolder } from '../data/files.ts';
import { model, node } from '../support/onnx-model.ts';
import { problemOf, runCli } from './run-cli.ts';

/** The square roots of four inputs, by way of a layer that leaves them as they are. */
function folderWithModel(): (name: string) => string {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  const identity = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));
  const roots = model({
    inputs: { x: ['N', 4] },
    outputs: { y: ['N', 4] },
    constants: { w: float32([4, 4], identity) },
    nodes: [node('MatMul', ['x', 'w'], ['h'], {}, 'layer'), node('Sqrt', ['h'], ['y'])],
  });
  writeFileSync(at('roots.onnx'), encodeModel(roots));
  writeFileSync(at('roots.preprocess.yaml'), '');
  const write = (name: string, ...values: readonly number[]) =>
    writeFileSync(
      at(name),
      npy('<f4', `(${values.length / 4}, 4)`, new Uint8Array(Float32Array.from(values).buffer)),
    );
  write('sound.npy', 1, 2, 3, 4, 4, 3, 2, 1);
  write('negative.npy', 1, -2, 3, 4, 4, 3, 2, 1);
  write('mixed.npy', 1, 2, 3, 4, 4, 3, 2, -1);
  write('zeros.npy', ...Array<number>(8).fill(0));
  write('broken.npy', 1, 2, 3, 4, Number.NaN, 3, 2, 1);
  writeFileSync(at('labels.npy'), npy('|u1', '(2,)', Uint8Array.of(3, 0)));
  return at;
}

test('NaN in a sample or a result is an error of every verb, and nothing is printed as a result', async () => {
  const at = folderWithModel();
  // Codes of deviations from a mean would not reach as far as the negative numbers.
  writeFileSync(at('plain.yaml'), 'target: ideal\ncentredInputs: false\n');
  const compile = [
    'compile',
    at('roots.onnx'),
    '--options',
    at('plain.yaml'),
    '-o',
    at('p.xbar'),
    '--calibrate',
  ];
  const broken = await runCli([...compile, at('broken.npy')]);
  expect(problemOf(broken)).toBe('40 data/not-finite');
  expect(broken.err).toContain('broken.npy: sample 1');
  expect(existsSync(at('p.xbar'))).toBe(false);
  expect((await runCli([...compile, at('mixed.npy')])).exit).toBe(0);
  const labels = ['--labels', at('labels.npy')];
  const verify = ['verify', at('p.xbar'), '--model', at('roots.onnx'), ...labels, '--json', '--data'];
  const runs = [
    [...verify, at('broken.npy')],
    [...verify, at('negative.npy')],
    ['run', at('p.xbar'), '--json', '--input', at('negative.npy')],
  ];
  const outcomes = [];
  for (const args of runs) outcomes.push(await runCli(args));
  expect(outcomes.map(problemOf)).toEqual([
    '40 data/not-finite',
    '51 result/not-a-number',
    '51 result/not-a-number',
  ]);
  expect(outcomes.map(({ out }) => out)).toEqual(['', '', '']);
  const fine = await runCli([...verify, at('sound.npy')]);
  expect(JSON.parse(fine.out).float.top1).toBe(100);
  const train = ['train', '--mlp', '4-4', ...labels, '-o', at('t.xbar'), '--data', at('broken.npy')];
  expect(problemOf(await runCli(train))).toBe('40 data/not-finite');
});

test('calibration with nothing but zeros is warned of', async () => {
  const at = folderWithModel();
  const compile = ['compile', at('roots.onnx'), '--target', 'ideal', '-o', at('p.xbar')];
  const { exit, err } = await runCli([...compile, '--calibrate', at('zeros.npy')]);
  expect(exit).toBe(0);
  expect(err).toMatch(/^warning\[calibrate\/constant-inputs\] at node 'layer'/);
});

test('--data-limit is in MiB', async () => {
  const at = folderWithModel();
  writeFileSync(at('large.npy'), npy('|u1', '(1, 1500000)', Buffer.alloc(1_500_000)));
  const compile = ['compile', at('roots.onnx'), '-o', at('p.xbar'), '--calibrate', at('large.npy')];
  expect(problemOf(await runCli([...compile, '--data-limit', '1']))).toBe('40 data/too-large');
  expect(problemOf(await runCli(compile))).toBe('40 data/shape');
  for (const limit of ['0', '4097', 'many'])
    expect((await runCli([...compile, '--data-limit', limit])).exit).toBe(2);
});
