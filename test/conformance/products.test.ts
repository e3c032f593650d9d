/**
 * Products of every form, compiled for the ideal chip, programmed and simulated: bit for bit the integer reference, which
 * is as close to onnxruntime on the original node as 8-bit codes permit.
 */
import { beforeAll, expect, it } from 'vitest';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import { noise } from '../passes/lower/decompose.ts';
import { drawFeeds, modelOf } from '../support/build.ts';
import { type AttributeValue, float, model, node } from '../support/onnx-model.ts';
import { judge } from './judge.ts';

interface Product {
  readonly op: string;
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly left?: boolean;
  readonly bias?: readonly number[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

const einsum = (equation: string, x: readonly number[], w: readonly number[], left = false): Product => ({
  op: 'Einsum',
  x,
  w,
  left,
  attributes: { equation },
});

const products: [string, Product][] = [
  [
    'Gemm with a constant left side',
    {
      op: 'Gemm',
      x: [3, 11],
      w: [11, 7],
      left: true,
      bias: [7, 1],
      attributes: { transA: 1, transB: 1, alpha: float(0.7), beta: float(2) },
    },
  ],
  ['MatMul with a constant left side [1, M, K]', { op: 'MatMul', x: [1, 11, 5], w: [1, 7, 11], left: true }],
  ['MatMul with a constant vector on the left', { op: 'MatMul', x: [1, 11, 5], w: [11], left: true }],
  ['MatMul with a constant vector on the right', { op: 'MatMul', x: [1, 5, 11], w: [11] }],
  ['MatMul of a vector', { op: 'MatMul', x: [11], w: [11, 7] }],
  ['MatMul of two vectors', { op: 'MatMul', x: [11], w: [11] }],
  ['MatMul with a matrix per batch index', { op: 'MatMul', x: [1, 3, 5, 11], w: [3, 11, 7] }],
  ['Einsum over two axes into two', einsum('bijk,jklm->blim', [1, 3, 4, 5], [4, 5, 2, 3])],
  ['Einsum with the weights first', einsum('kj,bji->bki', [1, 11, 5], [7, 11], true)],
  ['Einsum with a matrix per head', einsum('blhd,hde->bhle', [1, 6, 2, 5], [2, 5, 4])],
  [
    'Conv, 3-D',
    {
      op: 'Conv',
      x: [1, 4, 5, 6, 4],
      w: [6, 2, 2, 3, 2],
      bias: [6],
      attributes: { group: 2, strides: [2, 1, 1], dilations: [1, 2, 1], pads: [1, 2, 0, 0, 1, 1] },
    },
  ],
  [
    'Conv, 3-D, SAME_UPPER',
    {
      op: 'Conv',
      x: [1, 3, 4, 3, 5],
      w: [5, 3, 3, 2, 3],
      attributes: { strides: [2, 2, 1], auto_pad: 'SAME_UPPER' },
    },
  ],
  [
    'ConvTranspose, 1-D',
    { op: 'ConvTranspose', x: [1, 4, 5], w: [4, 3, 4], bias: [3], attributes: { strides: [3] } },
  ],
  [
    'ConvTranspose, 3-D',
    {
      op: 'ConvTranspose',
      x: [1, 4, 2, 3, 4],
      w: [4, 3, 3, 2, 2],
      bias: [6],
      attributes: {
        group: 2,
        strides: [2, 1, 2],
        dilations: [1, 2, 1],
        pads: [1, 0, 0, 0, 1, 1],
        output_padding: [1, 0, 1],
      },
    },
  ],
];

let ideal: LoadedTarget;
beforeAll(async () => {
  ideal = await loadTarget('ideal');
});

it.each(products)('%s', async (_, { op, x, w, left, bias, attributes }) => {
  const sides = left ? ['w', 'x'] : ['x', 'w'];
  const graph = model({
    inputs: { x },
    outputs: { y: undefined },
    constants: { w: noise(w, 1), ...(bias && { b: noise(bias, 2) }) },
    nodes: [node(op, bias ? [...sides, 'b'] : sides, ['y'], attributes)],
  });
  const feeds = drawFeeds(graph.inputs, 4);
  const session = await openSession(encodeModel(graph), { threads: 1 });
  const expected = await session.run(feeds);
  await session.release();
  expect(await judge({ model: modelOf(graph), feeds, expected }, ideal)).toEqual({
    result: 'pass',
    note: '1 layer',
  });
});
