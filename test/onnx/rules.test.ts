import { describe, expect, it } from 'vitest';
import type { OnnxNode } from '../../src/ir/graph.ts';
import { float32, int8, type Tensor } from '../../src/math/tensor.ts';
import { decide } from '../../src/onnx/rules.ts';
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
  [
    'Conv with constant weights: 1-D, 3; its bias is added apart',
    'Conv',
    { w: zeros(8, 4, 3) },
    ['x', 'w', 'b'],
  ],
  [
    'digital: the bias is computed at run time',
    'Conv',
    { w: { type: 'float64', dims: [1, 1, 1], data: new Float64Array(1) } },
    ['x', 'w', 'b'],
  ],
  ['digital: the weights are int8', 'Conv', { w: int8([1, 1, 1], new Int8Array(1)) }, ['x', 'w']],
  [
    'Gemm with constant weights: 5 rows, 3 columns',
    'Gemm',
    { w: zeros(3, 5), b: zeros(1, 3) },
    ['x', 'w', 'b'],
    { transB: 1 },
  ],
  ['Gemm with constant weights: 3 rows, 5 columns', 'Gemm', { w: zeros(3, 5), b: zeros() }, ['x', 'w', 'b']],
  [
    'Gemm with constant weights: 3 rows, 5 columns; its input is transposed first',
    'Gemm',
    { w: zeros(3, 5) },
    ['x', 'w'],
    { transA: 1 },
  ],
  [
    'Gemm with constant weights: 3 rows, 5 columns; its bias is added apart',
    'Gemm',
    { w: zeros(3, 5), b: zeros(2, 5) },
    ['x', 'w', 'b'],
  ],
  [
    'Gemm with constant weights: 3 rows, 5 columns; its input is transposed first; its bias is added apart',
    'Gemm',
    { w: zeros(3, 5), b: zeros(5, 1) },
    ['x', 'w', 'b'],
    { transA: 1 },
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
  [
    'LSTM with constant weights, 5 steps; an input matrix of 28 rows, 80 columns, and a state matrix of 20 rows, 80 columns, which all steps share',
    'LSTM',
    { w: zeros(1, 80, 28), r: zeros(1, 80, 20) },
    ['x', 'w', 'r'],
  ],
  [
    'GRU with constant weights, 5 steps; an input matrix of 28 rows, 120 columns, and two state matrices of 20 rows, 60 columns each, which all steps share',
    'GRU',
    { w: zeros(2, 60, 28), r: zeros(2, 60, 20) },
    ['x', 'w', 'r'],
    { direction: 'bidirectional' },
  ],
  [
    'digital: the length of its sequence is not known before run time (export the model with a fixed sequence length to map it)',
    'LSTM',
    { w: zeros(1, 80, 28), r: zeros(1, 80, 20) },
    ['x', 'w', 'r'],
    { layout: 1 },
  ],
  ['digital: the weights are computed at run time', 'GRU', { w: zeros(1, 60, 28) }, ['x', 'w', 'r']],
  [
    'digital: its weights have the shapes [1,60,28] and [1,80,20]',
    'LSTM',
    { w: zeros(1, 60, 28), r: zeros(1, 80, 20) },
    ['x', 'w', 'r'],
  ],
  [
    "digital: its activation Hypot is not one of ONNX's",
    'RNN',
    { w: zeros(1, 20, 28), r: zeros(1, 20, 20) },
    ['x', 'w', 'r'],
    { activations: { type: 'strings', value: ['Hypot'] } },
  ],
  ['ConvTranspose with constant weights: 2-D, 4x4', 'ConvTranspose', { w: zeros(64, 32, 4, 4) }, ['x', 'w']],
  [
    'ConvTranspose with constant weights: 1-D, 3, groups 8',
    'ConvTranspose',
    { w: zeros(16, 4, 3) },
    ['x', 'w'],
    { group: 8 },
  ],
  [
    'digital: ConvTranspose has 3 spatial dimensions (1 or 2 go to crossbars)',
    'ConvTranspose',
    { w: zeros(2, 4, 3, 3, 3) },
    ['x', 'w'],
  ],
  [
    'Gather of rows of a constant matrix (an embedding): 100 rows, 16 columns',
    'Gather',
    { w: zeros(100, 16) },
    ['w', 'x'],
  ],
  ['digital: it moves data; onnxruntime runs it as it is', 'Gather', { w: zeros(100) }, ['w', 'x']],
  [
    'digital: it takes columns of a constant matrix (rows go to crossbars)',
    'Gather',
    { w: zeros(100, 16) },
    ['w', 'x'],
    { axis: 1 },
  ],
  ['digital: control flow; onnxruntime runs it as it is', 'Loop', {}, ['x']],
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
    const decision = decide(graph.nodes[0] as OnnxNode, graph, new Map([['x', [5, undefined, 28]]]));
    expect(decision).toEqual({ crossbar: !rule.startsWith('digital'), rule });
  });

  it('leaves operators of other domains digital', () => {
    const conv = { ...node('Conv', ['x', 'w'], ['y']), domain: 'com.example' };
    const graph = model({ inputs: {}, outputs: {}, constants: { w: zeros(1, 1, 1, 1) }, nodes: [conv] });
    expect(decide(conv, graph)).toEqual({
      crossbar: false,
      rule: 'digital: an operator of domain com.example; its weights w [1,1,1,1] stay digital, because only that domain knows what it computes',
    });
    expect(decide({ ...conv, inputs: ['x'] }, graph)).toEqual({
      crossbar: false,
      rule: 'digital: an operator of domain com.example',
    });
  });
});
