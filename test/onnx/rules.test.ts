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

const einsum = (rule: string, equation: string, w: Tensor): Case => [
  rule,
  'Einsum',
  { w },
  ['x', 'w'],
  { equation },
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
  ['Conv with constant weights: 3-D, 3x2x1', 'Conv', { w: zeros(8, 4, 3, 2, 1) }, ['x', 'w']],
  [
    'digital: Conv has 4 spatial dimensions (1 to 3 go to crossbars)',
    'Conv',
    { w: zeros(8, 4, 3, 3, 3, 3) },
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
  ['MatMul with a constant right side: 28 rows, 3 columns', 'MatMul', { w: zeros(1, 1, 28, 3) }, ['x', 'w']],
  ['MatMul with a constant right side: 28 rows, 1 columns', 'MatMul', { w: zeros(28) }, ['x', 'w']],
  [
    'MatMul with a constant right side: 28 rows, 3 columns, groups 5',
    'MatMul',
    { w: zeros(5, 28, 3) },
    ['x', 'w'],
  ],
  ['digital: the rank of its other side is unknown', 'MatMul', { w: zeros(1, 3, 5) }, ['unknown', 'w']],
  [
    'digital: its operands have the lengths 5 and 2 along index -3',
    'MatMul',
    { w: zeros(2, 28, 5) },
    ['x', 'w'],
  ],
  ['MatMul with a constant left side: 5 rows, 3 columns', 'MatMul', { w: zeros(3, 5) }, ['w', 'x']],
  ['MatMul with a constant left side: 5 rows, 3 columns', 'MatMul', { w: zeros(1, 3, 5) }, ['w', 'x']],
  [
    'Gemm with a constant left side: 5 rows, 3 columns; its bias is added apart',
    'Gemm',
    { w: zeros(3, 5), b: zeros(3, 1) },
    ['w', 'x', 'b'],
  ],
  einsum('Einsum with constant weights: 28 rows, 3 columns', 'bij,jk->bik', zeros(28, 3)),
  einsum('Einsum with constant weights: 28 rows, 3 columns, groups 5', 'bij,bjk->bik', zeros(5, 28, 3)),
  einsum('digital: an index occurs twice in one operand', 'bij,jj->bi', zeros(28, 28)),
  einsum('digital: index i is summed in one operand alone', 'bij,jk->bk', zeros(28, 3)),
  einsum('digital: index k is summed in one operand alone', 'bij,jk->bi', zeros(28, 3)),
  einsum('digital: it sums over no index that both operands have', 'bij,k->bijk', zeros(3)),
  einsum('digital: the length of index i is unknown', 'bij,ijk->bik', zeros(7, 28, 3)),
  einsum("digital: its equation 'bij,jk,kl->bil' is not one for 2 operands", 'bij,jk,kl->bil', zeros(28, 3)),
  einsum("digital: its equation 'bi,jk->bk' is not one for an operand of rank 3", 'bi,jk->bk', zeros(28, 3)),
  einsum("digital: its equation 'bij,j1->bi1' cannot be read", 'bij,j1->bi1', zeros(28, 3)),
  einsum('digital: its output has the index z, which no operand has', 'bij,jk->biz', zeros(28, 3)),
  [
    'digital: it has 3 operands (2 go to crossbars)',
    'Einsum',
    { w: zeros(28, 3), v: zeros(3, 2) },
    ['x', 'w', 'v'],
    { equation: 'bij,jk,kl->bil' },
  ],
  ['digital: the rank of its other side is unknown', 'MatMul', { w: zeros(3, 5) }, ['w', 'unknown']],
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
    'digital: ConvTranspose has 4 spatial dimensions (1 to 3 go to crossbars)',
    'ConvTranspose',
    { w: zeros(2, 4, 3, 3, 3, 3) },
    ['x', 'w'],
  ],
  [
    'digital: ConvTranspose in 3-D goes to crossbars where the size of its input is known',
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
