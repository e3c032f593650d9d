/** Replicas against the layer that they stand for, run by onnxruntime; and layers that can have none. */
import { describe, expect, test } from 'vitest';
import { lowerLinear } from '../../../passes/lower/lower-linear.ts';
import { replicateLayers } from '../../../passes/lower/replicate-layers.ts';
import type { Graph, MvmNode, OnnxNode } from '../../../src/ir/graph.ts';
import { lowerGraph } from '../../../src/lower/graph.ts';
import { lowerFloat } from '../../../src/lower/reference.ts';
import { openStream } from '../../../src/math/random.ts';
import { float32, sizeOf } from '../../../src/math/tensor.ts';
import { encodeModel } from '../../../src/onnx/encode.ts';
import { type AttributeValue, model, node } from '../../support/onnx-model.ts';
import { largestError, runOnnx, sampleInputs } from '../../support/run-onnx.ts';

type Dims = readonly (number | string)[];

function drawn(dims: readonly number[]) {
  const stream = openStream(3, 'replicas', 0);
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => stream.uniform() - 0.5),
  );
}

function layerOn(
  op: string,
  x: Dims,
  w: readonly number[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): Graph {
  return model({
    inputs: { x },
    outputs: { y: undefined },
    constants: { w: drawn(w) },
    nodes: [node(op, ['x', 'w'], ['y'], attributes)],
  });
}

const replicated = (graph: Graph, replicas: number) =>
  replicateLayers.run(lowerLinear.run(graph, { file: 'x.onnx' }), { replicasOf: () => replicas });
const layersOf = ({ nodes }: Graph) => nodes.filter((one): one is MvmNode => one.kind === 'mvm');
const inFloat = (graph: Graph) =>
  encodeModel(lowerGraph(graph, (one) => (one.kind === 'mvm' ? (emit) => lowerFloat(emit, one) : undefined)));

describe('replicas give what their layer gives', () => {
  test.each<[string, Graph, number]>([
    ['of a convolution', layerOn('Conv', [1, 3, 9, 7], [4, 3, 3, 3]), 3],
    ['padded', layerOn('Conv', [1, 3, 9, 7], [4, 3, 3, 3], { pads: [1, 2, 2, 1] }), 4],
    ['padded beyond a row', layerOn('Conv', [1, 3, 5, 5], [4, 3, 5, 5], { pads: [3, 3, 3, 3] }), 7],
    ['in strides', layerOn('Conv', [1, 3, 11, 7], [4, 3, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }), 5],
    ['dilated', layerOn('Conv', [1, 3, 12, 9], [4, 3, 3, 3], { dilations: [3, 2], pads: [2, 0, 1, 0] }), 2],
    [
      'SAME_UPPER',
      layerOn('Conv', [1, 3, 10, 7], [4, 3, 4, 4], { auto_pad: 'SAME_UPPER', strides: [3, 2] }),
      3,
    ],
    ['in groups', layerOn('Conv', [1, 4, 6, 6], [4, 1, 3, 3], { group: 4 }), 2],
    ['along a line', layerOn('Conv', [1, 3, 20], [4, 3, 5], { pads: [2, 2] }), 6],
    ['of a product', layerOn('MatMul', [1, 10, 6], [6, 4]), 3],
  ])('%s', async (_, graph, replicas) => {
    const made = replicated(graph, replicas);
    const layers = layersOf(made);
    expect(layers.map(({ replica }) => replica)).toEqual(
      Array.from({ length: replicas }, (_, number) => ({ of: 'x', number })),
    );
    // One matrix, so that all hold the same integers.
    expect(new Set(layers.map(({ weights }) => weights)).size).toBe(1);
    const inputs = sampleInputs(graph.inputs);
    const expected = await runOnnx(encodeModel(graph), inputs);
    expect(largestError(expected, await runOnnx(inFloat(made), inputs))).toBeLessThan(1e-5);
  });

  test('with a number of their own for each layer', () => {
    const one = layerOn('Conv', [1, 3, 9, 7], [4, 3, 3, 3]);
    const second = node('Relu', ['y'], ['z']) as OnnxNode;
    const made = replicated({ ...one, nodes: [...one.nodes, second] }, 2);
    expect(made.nodes.map((n) => (n.kind === 'onnx' ? n.op : n.kind))).toEqual([
      ...['Slice', 'mvm', 'Slice', 'mvm', 'Concat', 'Relu'],
    ]);
  });
});

test.each<[string, Graph, number, string]>([
  ['more than rows', layerOn('Conv', [1, 3, 5, 9], [4, 3, 3, 3]), 4, 'it has 3 rows of positions'],
  ['one position', layerOn('MatMul', ['N', 6], [6, 4]), 2, 'nobody knows'],
  ['an image of unknown size', layerOn('Conv', [1, 3, 'H', 'W'], [4, 3, 3, 3]), 2, 'nobody knows'],
])('%s: refused', (_, graph, replicas, said) => {
  expect(() => replicated(graph, replicas)).toThrow(said);
});
