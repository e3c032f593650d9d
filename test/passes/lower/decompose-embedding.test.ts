/** Rows gathered from a constant matrix equal those that onnxruntime gathers. */
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../src/ir/graph.ts';
import { int32, int64, type Tensor } from '../../../src/math/tensor.ts';
import { elementNumber } from '../../../src/onnx/element-types.ts';
import { model, node } from '../../support/onnx-model.ts';
import { decompose, expectDecomposed, noise } from './decompose.ts';

function gather(indices: Tensor, axis: number, table = noise([7, 4], 1)): Graph {
  const graph = model({
    inputs: { indices: indices.dims },
    outputs: { y: undefined },
    constants: { table },
    nodes: [node('Gather', ['table', 'indices'], ['y'], { axis }, 'mine')],
  });
  const inputs = graph.inputs.map((v) => ({ ...v, elementType: elementNumber(indices.type) }));
  const outputs = graph.outputs.map((v) => ({ ...v, elementType: elementNumber(table.type) }));
  return { ...graph, inputs, outputs };
}

const cases: [string, Tensor, number][] = [
  ['int64', int64([2, 3], [0, 6, 3, 1, 1, 5]), 0],
  ['int32', int32([4], [2, 0, 6, 2]), 0],
  ['negative', int64([3], [-1, -7, 2]), 0],
  ['int32 and negative, along axis -2', int32([2, 1, 2], [-3, 4, 0, -6]), -2],
];

describe('decompose-layers', () => {
  it.each(cases)('rows of a matrix by %s indices', async (_, indices, axis) => {
    const graph = await expectDecomposed(gather(indices, axis), 'Gather', { indices }, 0);
    expect(graph.nodes.map((n) => n.kind === 'onnx' && n.op)).toEqual(['Cast', 'OneHot', 'MatMul']);
  });

  it('keeps the type of a matrix of doubles', async () => {
    const table: Tensor = { type: 'float64', dims: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6.5) };
    const indices = int64([2], [2, 0]);
    await expectDecomposed(gather(indices, 0, table), 'Gather', { indices }, 0);
  });

  it('leaves columns, vectors and integers alone', async () => {
    const indices = int64([2], [1, 0]);
    const others = [
      gather(indices, 1),
      gather(indices, 0, noise([7], 1)),
      gather(indices, 0, int64([2, 2], [1, 2, 3, 4])),
    ];
    for (const graph of others) expect((await decompose(graph)).nodes).toEqual(graph.nodes);
  });
});
