import { describe, expect, it } from 'vitest';
import type { OnnxNode } from '../../src/ir/graph.ts';
import { decide } from '../../src/onnx/rules.ts';
import { float32, int8, type Tensor } from '../../src/tensor.ts';
import { type AttributeValue, model, node } from '../support/onnx-model.ts';

const zeros = (...dims: number[]): Tensor => float32(dims, new Float32Array(dims.reduce((a, b) => a * b, 1)));

type Case = [
  rule: string,
  op: string,
  constants: Record<string, Tensor>,
  inputs: string[],
  attributes?: Record<string, AttributeValue>,
];

const cases: Case[] = [
  ['Conv with constant weights: 2-D, 3x3', 'Conv', { w: zeros(8, 4, 3, 3) }, ['x', 'w']],
  [
    'Conv with constant weights: 2-D, 3x3, groups 2',
    'Conv',
    { w: zeros(8, 4, 3, 3) },
    ['x', 'w'],
    { group: 2 },
  ],
  [
    'Conv with constant weights: 2-D, 3x3, depthwise, groups 32',
    'Conv',
    { w: zeros(32, 1, 3, 3), b: zeros(32) },
    ['x', 'w', 'b'],
    { group: 32 },
  ],
  ['Conv with constant weights: 1-D, 5', 'Conv', { w: zeros(8, 4, 5) }, ['x', 'w']],
  [
    'digital: Conv has 3 spatial dimensions (1 or 2 go to crossbars)',
    'Conv',
    { w: zeros(8, 4, 3, 3, 3) },
    ['x', 'w'],
  ],
  ['digital: the weights are computed at run time', 'Conv', {}, ['x', 'w']],
  ['digital: the bias is computed at run time', 'Conv', { w: zeros(8, 4, 3) }, ['x', 'w', 'b']],
  ['digital: the weights are int8', 'Conv', { w: int8([1, 1, 1], new Int8Array(1)) }, ['x', 'w']],
  [
    'Gemm with constant weights: 5 rows, 3 columns',
    'Gemm',
    { w: zeros(3, 5), b: zeros(1, 3) },
    ['x', 'w', 'b'],
    { transB: 1 },
  ],
  ['Gemm with constant weights: 3 rows, 5 columns', 'Gemm', { w: zeros(3, 5), b: zeros() }, ['x', 'w', 'b']],
  ['digital: transA is set', 'Gemm', { w: zeros(3, 5) }, ['x', 'w'], { transA: 1 }],
  [
    'digital: the bias has shape [2,5] (one value per column goes to crossbars)',
    'Gemm',
    { w: zeros(3, 5), b: zeros(2, 5) },
    ['x', 'w', 'b'],
  ],
  [
    'digital: the bias has shape [5,1] (one value per column goes to crossbars)',
    'Gemm',
    { w: zeros(3, 5), b: zeros(5, 1) },
    ['x', 'w', 'b'],
  ],
  ['MatMul with a constant right side: 3 rows, 5 columns', 'MatMul', { w: zeros(3, 5) }, ['x', 'w']],
  ['MatMul with a constant right side: 3 rows, 5 columns', 'MatMul', { w: zeros(1, 3, 5) }, ['x', 'w']],
  [
    'digital: the right side has rank 4, and the rank of the left side is 3',
    'MatMul',
    { w: zeros(1, 1, 3, 5) },
    ['x', 'w'],
  ],
  [
    'digital: the right side has rank 3, and the rank of the left side is unknown',
    'MatMul',
    { w: zeros(1, 3, 5) },
    ['unknown', 'w'],
  ],
  [
    'digital: the right side has shape [2,3,5]: a matrix per batch index',
    'MatMul',
    { w: zeros(2, 3, 5) },
    ['x', 'w'],
  ],
  [
    'MatMul with a constant left side, transposed: 5 rows, 3 columns',
    'MatMul',
    { w: zeros(3, 5) },
    ['w', 'x'],
  ],
  [
    'digital: the left side is constant, and the rank of the right side is unknown',
    'MatMul',
    { w: zeros(3, 5) },
    ['w', 'unknown'],
  ],
  ['digital: all its inputs are constant', 'MatMul', { v: zeros(5, 2), w: zeros(3, 5) }, ['w', 'v']],
  ['digital: an elementwise operator; onnxruntime runs it as it is', 'Relu', {}, ['x']],
  ['digital: Hypothetical is not a layer that maps; onnxruntime runs it as it is', 'Hypothetical', {}, ['x']],
];

describe('decide', () => {
  it.each(cases)('%s', (rule, op, constants, inputs, attributes = {}) => {
    const graph = model({
      inputs: {},
      outputs: { y: [] },
      constants,
      nodes: [node(op, inputs, ['y'], attributes)],
    });
    const decision = decide(graph.nodes[0] as OnnxNode, graph, (value) => (value === 'x' ? 3 : undefined));
    expect(decision).toEqual({ crossbar: !rule.startsWith('digital'), rule });
  });

  it('leaves operators of other domains digital', () => {
    const conv = { ...node('Conv', ['x', 'w'], ['y']), domain: 'com.example' };
    const graph = model({ inputs: {}, outputs: {}, constants: { w: zeros(1, 1, 1, 1) }, nodes: [conv] });
    expect(decide(conv, graph)).toEqual({
      crossbar: false,
      rule: 'digital: an operator of domain com.example',
    });
  });
});
