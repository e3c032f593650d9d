/** Graphs of opset 21 in the lowest opset: onnxruntime takes them there, computes the same, and upgrading leads back. */
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../src/ir/graph.ts';
import { float32, int64, uint8 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { lowestOpset } from '../../src/onnx/lowest-opset.ts';
import { upgradeOpset } from '../../src/onnx/upgrade.ts';
import { knownValues } from '../../src/onnx/value-info.ts';
import { expectSame, results, type Single, single } from '../support/one-node.ts';
import { float, model, node } from '../support/onnx-model.ts';

const half = float32([], [0.5]);
const x = [2, 4, 6, 6];
const cases: [what: string, opset: number, single: Omit<Single, 'opset'>][] = [
  ['a reduction', 17, { op: 'ReduceMean', inputs: [x, int64([2], [2, -1])], attributes: { keepdims: 0 } }],
  ['a reduction of everything', 17, { op: 'ReduceMax', inputs: [x] }],
  ['one that may do nothing', 18, { op: 'ReduceMin', inputs: [x], attributes: { noop_with_empty_axes: 1 } }],
  ['an even split', 17, { op: 'Split', inputs: [x], attributes: { axis: 1, num_outputs: 2 }, outputs: 2 }],
  [
    'an uneven split',
    18,
    { op: 'Split', inputs: [[2, 5]], attributes: { axis: 1, num_outputs: 2 }, outputs: 2 },
  ],
  [
    'a split by sizes',
    17,
    { op: 'Split', inputs: [x, int64([2], [1, 3])], attributes: { axis: 1 }, outputs: 2 },
  ],
  ['Pad', 17, { op: 'Pad', inputs: [x, int64([8], [0, 0, 1, 0, 0, 0, 0, 2])], attributes: { mode: 'edge' } }],
  ['Pad of some axes', 18, { op: 'Pad', inputs: [x, int64([2], [1, 2]), '', int64([1], [-1])] }],
  [
    'Pad around',
    19,
    { op: 'Pad', inputs: [x, int64([8], [0, 0, 1, 0, 0, 0, 0, 2])], attributes: { mode: 'wrap' } },
  ],
  [
    'Resize',
    17,
    { op: 'Resize', inputs: [x, '', float32([4], [1, 1, 2, 2])], attributes: { mode: 'linear' } },
  ],
  [
    'Resize against aliasing',
    18,
    {
      op: 'Resize',
      inputs: [x, '', float32([4], [1, 1, 0.5, 0.5])],
      attributes: { mode: 'linear', antialias: 1 },
    },
  ],
  ['AveragePool', 17, { op: 'AveragePool', inputs: [x], attributes: { kernel_shape: [2, 2] } }],
  [
    'AveragePool with dilations',
    19,
    { op: 'AveragePool', inputs: [x], attributes: { kernel_shape: [2, 2], dilations: [2, 2] } },
  ],
  ['quantization to 8 bits', 17, { op: 'QuantizeLinear', inputs: [x, half, uint8([], [128])] }],
  [
    'quantization to 16 bits',
    21,
    { op: 'QuantizeLinear', inputs: [x, half, { type: 'uint16', dims: [], data: Uint16Array.of(5) }] },
  ],
  ['Gelu', 20, { op: 'Gelu', inputs: [x] }],
  ['GridSample', 20, { op: 'GridSample', inputs: [x, [2, 3, 3, 2]], attributes: { mode: 'linear' } }],
  ['LeakyRelu', 17, { op: 'LeakyRelu', inputs: [x], attributes: { alpha: float(0.3) } }],
];
const irVersions: Readonly<Record<number, number>> = { 17: 8, 18: 8, 19: 9, 20: 9, 21: 10 };

const lowest = (graph: Graph) => lowestOpset(graph, knownValues(graph));

it.each(cases)('%s: opset %i', async (_, opset, form) => {
  const graph = { ...single({ ...form, opset: 21 }), irVersion: 10 };
  const low = lowest(graph);
  expect([low.opsets[''], low.irVersion]).toEqual([opset, irVersions[opset]]);
  // The kernels of two versions of AveragePool round differently.
  expectSame(await results(low), await results(graph), 1e-6);
  expectSame(await results(upgradeOpset(low)), await results(graph), 0);
  expect(encodeModel(lowest(upgradeOpset(low)))).toEqual(encodeModel(low));
});

describe('what stays as it is', () => {
  const plain = model({
    inputs: { x: [2, 4] },
    outputs: { y: undefined, z: undefined },
    constants: { axes: int64([1], [1]) },
    nodes: [node('ReduceMean', ['x', 'axes'], ['y']), node('Gelu', ['x'], ['z'])],
    opset: 21,
  });

  it('axes are an input where another node needs a newer opset', () => {
    const low = lowest(plain);
    expect(low.opsets['']).toBe(20);
    expect(low.nodes).toBe(plain.nodes);
    expect(low.constants).toBe(plain.constants);
  });

  it('graphs of later opsets, and of functions', () => {
    for (const graph of [
      { ...plain, opsets: { '': 22 } },
      { ...plain, functions: [new Uint8Array()] },
    ])
      expect(lowest(graph)).toBe(graph);
  });

  it('axes that something else reads too', () => {
    const nodes = [node('ReduceMean', ['x', 'axes'], ['y']), node('Squeeze', ['w', 'axes'], ['z'])];
    const graph = { ...plain, nodes, inputs: [...plain.inputs, { name: 'w', elementType: 1, dims: [3, 1] }] };
    expect([...lowest(graph).constants.keys()]).toEqual(['axes']);
    expect([
      ...lowest({ ...graph, nodes: nodes.slice(0, 1), outputs: graph.outputs.slice(0, 1) }).constants,
    ]).toEqual([]);
  });
});
