import { describe, expect, it } from 'vitest';
import { equalize } from '../../../passes/lower/equalize.ts';
import { lowerLinear } from '../../../passes/lower/lower-linear.ts';
import { verifyGraph } from '../../../src/ir/verify-graph.ts';
import { openStream } from '../../../src/math/random.ts';
import { float32, type Tensor } from '../../../src/math/tensor.ts';
import { encodeModel } from '../../../src/onnx/encode.ts';
import { float, type ModelParts, model, node } from '../../support/onnx-model.ts';
import { restoreLayers } from '../../support/restore-layers.ts';
import { runOnnx, sampleInputs } from '../../support/run-onnx.ts';

const stream = openStream(3, 'test', 0);

/** Weights of outputs (the first axis) whose ranges span five orders of two. */
function uneven(...dims: number[]): Tensor {
  const each = dims.slice(1).reduce((a, b) => a * b, 1);
  return float32(
    dims,
    Array.from({ length: dims[0]! * each }, (_, i) => 2 ** (Math.floor(i / each) % 5) * stream.normal()),
  );
}

const convs = (between: ReturnType<typeof node>[], constants: Record<string, Tensor> = {}): ModelParts => ({
  inputs: { x: [2, 3, 6, 6] },
  outputs: { y: undefined },
  constants: {
    w: uneven(8, 3, 3, 3),
    b: uneven(8),
    d: uneven(8, 1, 3, 3),
    p: uneven(4, 8, 1, 1),
    ...constants,
  },
  nodes: [
    node('Conv', ['x', 'w', 'b'], ['a'], {}, 'first'),
    ...between,
    node('Conv', ['c', 'd'], ['e'], { group: 8 }, 'depthwise'),
    node('Relu', ['e'], ['f']),
    node('Conv', ['f', 'p'], ['y'], {}, 'pointwise'),
  ],
});
const limits = { low: float32([], [0]), high: float32([], [6]) };
const clip = node('Clip', ['a', 'low', 'high'], ['c'], {}, 'relu6');

function run(parts: ModelParts) {
  const before = lowerLinear.run(model(parts), { file: 'm' });
  return { before, after: equalize.run(before) };
}

/** Ranges of the columns of a layer, by name. */
function ranges(graph: ReturnType<typeof equalize.run>, name: string): number[] {
  const layer = graph.nodes.find((n) => n.kind === 'mvm' && n.origin.name === name);
  if (layer?.kind !== 'mvm') throw new Error('no layer');
  const weights = layer.weights();
  return Array.from({ length: layer.groups * layer.columns }, (_, c) => {
    const group = Math.floor(c / layer.columns);
    let most = 0;
    for (let row = 0; row < layer.rows; row++)
      most = Math.max(
        most,
        Math.abs(weights[(group * layer.rows + row) * layer.columns + (c % layer.columns)]!),
      );
    return most;
  });
}

describe('equalize', () => {
  it.each<[string, ModelParts]>([
    ['through ReLU', convs([node('Relu', ['a'], ['c'])])],
    ['through LeakyReLU', convs([node('LeakyRelu', ['a'], ['c'], { alpha: float(0.1) })])],
    ['through a clip whose limit moves along', convs([clip], limits)],
    [
      'between matrix products',
      {
        inputs: { x: [2, 5] },
        outputs: { y: undefined },
        constants: { u: uneven(5, 7), v: uneven(7, 3), g: uneven(7) },
        nodes: [
          node('MatMul', ['x', 'u'], ['a']),
          node('Add', ['a', 'g'], ['h']),
          node('Relu', ['h'], ['r']),
          node('MatMul', ['r', 'v'], ['y']),
        ],
      },
    ],
  ])('changes no bit of the outputs %s', async (_, parts) => {
    const { before, after } = run(parts);
    verifyGraph(after, 'lower');
    expect(after.nodes).not.toEqual(before.nodes);
    const feeds = sampleInputs(before.inputs);
    const [wanted, got] = await Promise.all(
      [before, after].map((graph) => runOnnx(encodeModel(restoreLayers(graph)), feeds)),
    );
    expect(wanted!.y!.length).toBeGreaterThan(0);
    expect(got!.y).toEqual(wanted!.y);
  });

  it('brings the ranges on both sides of a channel within a factor of two of each other', () => {
    // The value between depthwise and pointwise is an output too, so that only the first pair is evened out.
    const even = float32(
      [8, 1, 3, 3],
      Array.from({ length: 72 }, () => stream.normal()),
    );
    const { before, after } = run({
      ...convs([node('Relu', ['a'], ['c'])], { d: even }),
      outputs: { e: undefined },
    });
    const apart = (graph: typeof before) => {
      const [left, right] = [ranges(graph, 'first'), ranges(graph, 'depthwise')];
      return Math.max(...left.map((l, c) => Math.abs(Math.log2(l / right[c]!))));
    };
    expect(apart(before)).toBeGreaterThan(2);
    expect(apart(after)).toBeLessThanOrEqual(1);
  });

  it.each<[string, ModelParts]>([
    ['an activation that does not let factors through', convs([node('Sigmoid', ['a'], ['c'])])],
    ['a clip below zero', convs([clip], { low: float32([], [-1]), high: float32([], [6]) })],
    [
      'a value that something else reads',
      { ...convs([node('Relu', ['a'], ['c'])]), outputs: { y: undefined, c: undefined } },
    ],
  ])('leaves the layers around %s alone', (_, parts) => {
    const { before, after } = run(parts);
    expect(ranges(after, 'first')).toEqual(ranges(before, 'first'));
  });

  it('leaves a matrix that two layers use alone', () => {
    const { before, after } = run({
      inputs: { x: [2, 4] },
      outputs: { y: undefined },
      constants: { u: uneven(4, 4) },
      nodes: [
        node('MatMul', ['x', 'u'], ['a']),
        node('Relu', ['a'], ['r']),
        node('MatMul', ['r', 'u'], ['y']),
      ],
    });
    expect(after.nodes).toEqual(before.nodes);
  });
});
