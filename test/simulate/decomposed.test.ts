/**
 * Operators that hold matrices among other things, each in a small model, on the ideal chip: programmed cell by cell,
 * with all bit planes and conversions, they give the outputs of the integer reference bit for bit, and those are close
 * to floating point.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../src/ir/graph.ts';
import { int64, toDoubles } from '../../src/math/tensor.ts';
import { elementNumber } from '../../src/onnx/element-types.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import { noise } from '../passes/lower/decompose.ts';
import {
  compileModel,
  drawFeeds,
  type Feeds,
  modelOf,
  programPackage,
  withPackage,
} from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';
import { firstDifference } from '../support/same-bits.ts';

let ideal: LoadedTarget;
beforeAll(async () => {
  ideal = await loadTarget('ideal');
});

/**
 * The chip equals the reference.
 * @param matrices uses of every matrix that takes cells
 * @returns signal to noise of the reference against floating point (dB)
 */
async function expectReference(
  graph: Graph,
  feeds: readonly Feeds[],
  matrices: readonly number[],
): Promise<number> {
  const compiled = await compileModel(modelOf(graph), ideal, feeds);
  expect(compiled.summary.layers.map((l) => l.uses)).toEqual(matrices);
  return withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, ideal);
    const reference = await openSession(encodeModel(pkg.reference));
    const float = await openSession(encodeModel(graph));
    const lowered = [await simulate(pkg, chip), await simulate(pkg, chip, { bitSerial: true })];
    const wanted = await reference.run(feeds[0]!);
    for (const session of lowered)
      expect(firstDifference(await session.run(feeds[0]!), wanted)).toBeUndefined();
    let [signal, noise] = [0, 0];
    for (const [output, tensor] of Object.entries(await float.run(feeds[0]!))) {
      const quantized = toDoubles(wanted[output]!)!;
      expect(wanted[output]!.dims).toEqual(tensor.dims);
      toDoubles(tensor)!.forEach((value, i) => {
        signal += value * value;
        noise += (value - quantized[i]!) ** 2;
      });
    }
    for (const session of [reference, float, ...lowered]) await session.release();
    return 10 * Math.log10(signal / noise);
  });
}

const recurrent = (op: 'LSTM' | 'GRU' | 'RNN', gates: number, attributes = {}): Graph =>
  model({
    inputs: { x: [5, 'batch', 6] },
    outputs: { y: undefined, yh: undefined },
    constants: {
      w: noise([2, gates * 7, 6], 1),
      r: noise([2, gates * 7, 7], 2, 0.6),
      b: noise([2, 2 * gates * 7], 3, 0.3),
    },
    nodes: [
      node(
        op,
        ['x', 'w', 'r', 'b'],
        ['y', 'yh'],
        { hidden_size: 7, direction: 'bidirectional', ...attributes },
        'mine',
      ),
    ],
  });

const kinds: [string, Graph, number[]][] = [
  [
    'ConvTranspose of two dimensions, in groups',
    model({
      inputs: { x: [1, 6, 5, 4] },
      outputs: { y: undefined },
      constants: { w: noise([6, 4, 3, 3], 1), b: noise([8], 2) },
      nodes: [
        node('ConvTranspose', ['x', 'w', 'b'], ['y'], { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] }),
      ],
    }),
    [1],
  ],
  [
    'ConvTranspose of one dimension',
    model({
      inputs: { x: [1, 6, 9] },
      outputs: { y: undefined },
      constants: { w: noise([6, 4, 4], 1) },
      nodes: [node('ConvTranspose', ['x', 'w'], ['y'], { strides: [3] })],
    }),
    [1],
  ],
  // The first of the five steps of either direction starts from zeros.
  ['LSTM', recurrent('LSTM', 4), [1, 4, 4]],
  ['GRU', recurrent('GRU', 3), [1, 4, 4, 4, 4]],
  ['GRU with linear_before_reset', recurrent('GRU', 3, { linear_before_reset: 1 }), [1, 4, 4]],
  ['RNN', recurrent('RNN', 1), [1, 4, 4]],
];

describe('on the ideal chip', () => {
  it.each(kinds)('%s equals its integer reference', async (_, graph, matrices) => {
    const feeds = Array.from({ length: 8 }, (_, i) => drawFeeds(graph.inputs, i + 1));
    expect(await expectReference(graph, feeds, matrices)).toBeGreaterThan(28);
  });

  it('an embedding and the layer behind it equal their integer reference', async () => {
    const parts = model({
      inputs: { ids: [1, 3] },
      outputs: { y: undefined },
      constants: { table: noise([11, 6], 1), w: noise([6, 4], 2) },
      nodes: [node('Gather', ['table', 'ids'], ['rows']), node('MatMul', ['rows', 'w'], ['y'])],
    });
    const graph = {
      ...parts,
      inputs: parts.inputs.map((v) => ({ ...v, elementType: elementNumber('int64') })),
    };
    const feeds = Array.from({ length: 8 }, (_, i) => ({ ids: int64([1, 3], [i, (5 * i) % 11, -1 - i]) }));
    expect(await expectReference(graph, feeds, [1, 1])).toBeGreaterThan(28);
  });

  it('layers that share a matrix equal their integer reference, with biases and inputs of their own', async () => {
    const graph = model({
      inputs: { x: [3, 36] },
      outputs: { y: undefined, z: undefined },
      constants: {
        w: noise([36, 36], 1),
        a: noise([36], 2),
        b: noise([36], 3, 9),
        k: noise([4, 2, 3, 3], 4),
      },
      nodes: [
        node('Gemm', ['x', 'w', 'a'], ['h']),
        node('MatMul', ['h', 'w'], ['p']),
        node('Add', ['p', 'b'], ['q']),
        // The same constant transposed is another matrix.
        node('Gemm', ['q', 'w'], ['y'], { transB: 1 }),
        node('Constant', [], ['image'], { value_ints: [3, 2, 6, 3] }),
        node('Reshape', ['h', 'image'], ['i']),
        node('Conv', ['i', 'k'], ['c'], { pads: [1, 1, 1, 1] }),
        node('Conv', ['i', 'k'], ['d'], { pads: [1, 1, 1, 1], dilations: [1, 1], strides: [1, 1] }),
        node('Add', ['c', 'd'], ['z']),
      ],
    });
    const feeds = Array.from({ length: 8 }, (_, i) => drawFeeds(graph.inputs, i + 1));
    expect(await expectReference(graph, feeds, [2, 1, 2])).toBeGreaterThan(28);
  });
});
