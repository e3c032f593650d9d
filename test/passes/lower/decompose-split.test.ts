/** Conv and Gemm with biases and inputs that do not fit a layer equal onnxruntime's. */
import { describe, expect, it } from 'vitest';
import { foldBatchNorm } from '../../../passes/lower/fold-batch-norm.ts';
import { lowerLinear } from '../../../passes/lower/lower-linear.ts';
import type { Graph } from '../../../src/ir/graph.ts';
import type { Tensor } from '../../../src/math/tensor.ts';
import { drawFeeds } from '../../support/build.ts';
import { expectSame } from '../../support/one-node.ts';
import { type AttributeValue, float, model, node } from '../../support/onnx-model.ts';
import { restoreLayers } from '../../support/restore-layers.ts';
import { decompose, noise, run } from './decompose.ts';

interface Case {
  readonly op: 'Conv' | 'Gemm';
  readonly x: readonly number[];
  readonly w: readonly number[];
  /** A constant bias, or the dims of one that is fed. */
  readonly bias?: Tensor | readonly number[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

function graphOf({ op, x, w, bias, attributes = {} }: Case): Graph {
  const fed = bias && !('data' in bias) ? bias : undefined;
  return model({
    inputs: { x, ...(fed && { b: fed }) },
    outputs: { y: undefined },
    constants: { w: noise(w, 1), ...(bias && !fed && { b: bias as Tensor }) },
    nodes: [node(op, bias ? ['x', 'w', 'b'] : ['x', 'w'], ['y'], attributes, 'mine')],
  });
}

const gemm = { op: 'Gemm', x: [3, 4], w: [4, 5] } as const;
const cases: [string, Case, number][] = [
  ['Gemm with a transposed input', { ...gemm, x: [4, 3], bias: noise([5], 2), attributes: { transA: 1 } }, 3],
  ['Gemm with a bias per value', { ...gemm, bias: noise([3, 5], 2) }, 2],
  ['Gemm with a bias per row', { ...gemm, bias: noise([3, 1], 2), attributes: { beta: float(0.5) } }, 3],
  [
    'Gemm with all of it',
    {
      ...gemm,
      x: [4, 3],
      w: [5, 4],
      bias: [3, 5],
      attributes: { transA: 1, transB: 1, alpha: float(0.3), beta: float(-2) },
    },
    4,
  ],
  ['Gemm with a bias that is computed', { ...gemm, bias: [5] }, 2],
  ['Conv with a bias that is computed', { op: 'Conv', x: [2, 3, 6, 6], w: [4, 3, 3, 3], bias: [4] }, 3],
];

describe('decompose-layers', () => {
  it.each(cases)('%s', async (_, c, count) => {
    const graph = graphOf(c);
    const feeds = drawFeeds(graph.inputs, 1);
    const parts = await decompose(graph);
    expect(parts.nodes.length).toBe(count);
    expect(parts.nodes.map((n) => n.origin.name)).toEqual(parts.nodes.map(() => 'mine'));
    const lowered = foldBatchNorm.run(lowerLinear.run(parts, { file: 'model' }));
    expect(lowered.nodes.filter((n) => n.kind === 'mvm').length).toBe(1);
    const expected = await run(graph, feeds);
    expectSame(await run(parts, feeds), expected, 2e-6);
    expectSame(await run(restoreLayers(lowered), feeds), expected, 2e-6);
  });

  it('leaves a layer that fits whole', async () => {
    const graph = graphOf({ ...gemm, bias: noise([5], 2), attributes: { beta: float(2) } });
    expect((await decompose(graph)).nodes).toEqual(graph.nodes);
  });
});
