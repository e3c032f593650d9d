import { describe, expect, it } from 'vitest';
import { lowerLinear } from '../../passes/lower/lower-linear.ts';
import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import type { Geometry, Graph, MvmNode, QuantizedMvmNode } from '../../src/ir/graph.ts';
import { printGraph } from '../../src/ir/print-graph.ts';
import { verifyGraph } from '../../src/ir/verify-graph.ts';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { float, model, node } from '../support/onnx-model.ts';

const graph = lowerLinear.run(
  model({
    inputs: { x: ['batch', 1, 3, 3] },
    outputs: { y: ['batch', 2, 2, 2] },
    constants: { w: float32([2, 1, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), c: float32([2, 1, 1], [0.5, 1 / 3]) },
    nodes: [
      node('Conv', ['x', 'w'], ['z'], {}, 'first'),
      node('Add', ['z', 'c'], ['s']),
      node('LeakyRelu', ['s'], ['y'], { alpha: float(0.1) }),
    ],
  }),
  { file: 'm' },
);
const layer = graph.nodes[0] as MvmNode;
const { weights: _, ...rest } = layer;
const quantized: QuantizedMvmNode = {
  ...rest,
  kind: 'quantized-mvm',
  quantization: { scale: 0.5, zero: 3, signed: false, bits: 8 },
  integers: Int8Array.of(1, 5, 2, 6, 3, 7, 4, 8),
  weightMax: 8,
  scales: Float64Array.of(1, 1),
};
const conv = quantized.geometry as Geometry & { readonly kind: 'conv' };
const withLayer = (node: Graph['nodes'][number]): Graph => ({
  ...graph,
  nodes: [node, ...graph.nodes.slice(1)],
});

describe('printGraph', () => {
  it('prints one line per thing', () => {
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "graph test (ai.onnx 17)
      input x: [batch, 1, 3, 3]
      s = mvm(x) conv 2x2 stride 1x1 dilation 1x1 pads 0 0 0 0, 4 x 2, weights [1, 5, 2, 6, ...], bias [0.5, 0.333333]  ; node 'first' (Conv, #0) + node (Add, #1)
      y = LeakyRelu(s) {alpha=0.1}  ; node (LeakyRelu, #2)
      output y: [batch, 2, 2, 2]
      "
    `);
  });

  it('prints quantized layers', () => {
    expect(printGraph(withLayer(quantized)).split('\n')[2]).toMatchInlineSnapshot(
      `"s = quantized-mvm(x) conv 2x2 stride 1x1 dilation 1x1 pads 0 0 0 0, 4 x 2, input unsigned scale 0.5 zero 3, integers +-8 [1, 5, 2, 6, ...], scales [1, 1], bias [0.5, 0.333333]  ; node 'first' (Conv, #0) + node (Add, #1)"`,
    );
  });
});

describe('verifyGraph', () => {
  it('accepts what is whole', () => {
    verifyGraph(graph, 'lower');
    verifyGraph(withLayer(quantized), 'integers');
  });

  const broken: [string, Graph][] = [
    ['a value read before it is defined', { ...graph, nodes: graph.nodes.toReversed() }],
    ['a value defined twice', { ...graph, nodes: [...graph.nodes, ...graph.nodes.slice(1)] }],
    ['an output of nobody', { ...graph, outputs: [{ name: 'q', elementType: 1, dims: [] }] }],
    [
      'a short constant',
      { ...graph, constants: new Map([['k', { type: 'float32', dims: [2], data: new Float32Array(1) }]]) },
    ],
    ['too few weights', withLayer({ ...quantized, integers: new Int8Array(7) })],
    ['too few biases', withLayer({ ...layer, bias: new Float64Array(1) })],
    ['scales that are not finite', withLayer({ ...quantized, scales: Float64Array.of(1, Number.NaN) })],
    ['half a kernel', withLayer({ ...layer, rows: 3 })],
    ['padding by name', withLayer({ ...quantized, geometry: { ...conv, autoPad: 'SAME_UPPER' } })],
    [
      'inputs without a step',
      withLayer({ ...quantized, quantization: { scale: 0, zero: 3, signed: false, bits: 8 } }),
    ],
    [
      'a zero beyond the codes',
      withLayer({ ...quantized, quantization: { scale: 1, zero: 256, signed: false, bits: 8 } }),
    ],
    [
      'a zero of signed codes',
      withLayer({ ...quantized, quantization: { scale: 1, zero: 1, signed: true, bits: 8 } }),
    ],
    ['an integer beyond the largest', withLayer({ ...quantized, weightMax: 7 })],
    ['too few scales', withLayer({ ...quantized, scales: new Float64Array(1) })],
  ];
  it.each(broken)('refuses %s', (_, g) => {
    const phase = g.nodes.some(({ kind }) => kind === 'quantized-mvm') ? 'integers' : 'lower';
    expect(() => verifyGraph(g, phase)).toThrow(InternalError);
  });

  it('refuses layers of another stage', () => {
    expect(() => verifyGraph(graph, 'integers')).toThrow(/is mvm in integers/);
    expect(() => verifyGraph(withLayer(quantized), 'lower')).toThrow(/is quantized-mvm in lower/);
  });
});

describe('encodeModel', () => {
  it('refuses nodes that ONNX does not have', () => {
    expect(() => encodeModel(graph)).toThrow(InternalError);
  });
});
