import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { model, node } from '../support/onnx-model.ts';
import { problemOf, runCli } from './run-cli.ts';

let folder = '';
let file = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-ops-'));
  file = join(folder, 'net.onnx');
  const ones = (length: number) => float32([length], Array<number>(length).fill(1));
  const graph = model({
    inputs: { x: ['N', 1, 4, 4], y: ['N', 2, 2, 2] },
    outputs: { z: ['N', 2, 2, 2] },
    constants: { w: float32([2, 1, 3, 3], Array<number>(18).fill(1)), one: ones(2) },
    nodes: [
      node('Conv', ['x', 'w'], ['a'], { kernel_shape: [3, 3] }, 'stem'),
      node('BatchNormalization', ['a', 'one', 'one', 'one', 'one'], ['b'], {}, 'norm'),
      node('Identity', ['b'], ['c']),
      node('MatMul', ['c', 'y'], ['d'], {}, 'product'),
      // A real name that an unnamed node would have by its place.
      node('Relu', ['d'], ['e'], {}, 'Neg_5'),
      node('Neg', ['e'], ['z']),
    ],
  });
  await writeFile(file, encodeModel(graph));
});
afterAll(() => rm(folder, { recursive: true }));

describe('crossloom ops', () => {
  test('lists every node under its own name, with the rule', async () => {
    const { exit, out, err } = await runCli(['ops', file]);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(/^node +operator +place +rule$/m);
    expect(out).toMatch(/^stem +Conv +crossbar +Conv with constant weights: 2-D, 3x3$/m);
    expect(out).toMatch(/^norm +BatchNormalization +folded +into node 'stem' \(Conv, #0\)$/m);
    expect(out).toMatch(/^Identity_2 +Identity +folded +removed: it does nothing in inference$/m);
    expect(out).toMatch(/^product +MatMul +digital +the weights are fed as the input 'y'$/m);
    expect(out).toMatch(/\n6 nodes: 1 on crossbars, 3 digital, 2 folded\n$/);
  });

  test('as JSON', async () => {
    const { out } = await runCli(['ops', file, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      counts: { crossbar: 1, digital: 3, folded: 2 },
      nodes: [
        { name: 'stem', op: 'Conv', index: 0, place: 'crossbar' },
        {},
        {},
        { place: 'digital' },
        { name: 'Neg_5' },
        { name: 'Neg_5-1' },
      ],
    });
  });

  test('a file that is no model', async () => {
    await writeFile(join(folder, 'empty.onnx'), '');
    expect(problemOf(await runCli(['ops', join(folder, 'empty.onnx')]))).toBe('10 onnx/unreadable');
    expect(problemOf(await runCli(['ops', join(folder, 'nosuch.onnx')]))).toBe('2 onnx/unreadable');
  });
});
