/** Constant folding stays within its budget: what would not fit is left, with a reason, and takes neither memory nor time. */
import { describe, expect, it } from 'vitest';
import { foldConstants } from '../../../passes/lower/fold-constants.ts';
import { listOperators } from '../../../src/compile/operators.ts';
import type { Graph, OnnxNode } from '../../../src/ir/graph.ts';
import { byteLengthOf, float32, int64, type Tensor } from '../../../src/math/tensor.ts';
import { float, model, node } from '../../support/onnx-model.ts';

/** `r` times an input. */
const behind = (constants: Record<string, Tensor>, nodes: readonly OnnxNode[]): Graph =>
  model({
    inputs: { x: [1] },
    outputs: { y: undefined },
    constants,
    nodes: [...nodes, node('Mul', ['x', 'r'], ['y'])],
  });

const huge = int64([2], [2 ** 15, 2 ** 15]);
const one = float32([1], [1]);
const doubled = Array.from({ length: 40 }, (_, i) =>
  node('Concat', [i === 0 ? 'a' : `d${i}`, i === 0 ? 'a' : `d${i}`], [i === 39 ? 'r' : `d${i + 1}`], {
    axis: 0,
  }),
);
const bombs: [name: string, constants: Record<string, Tensor>, nodes: OnnxNode[]][] = [
  ['ConstantOfShape', { s: huge }, [node('ConstantOfShape', ['s'], ['r'])]],
  ['Expand', { a: one, s: huge }, [node('Expand', ['a', 's'], ['r'])]],
  ['Tile', { a: one, s: int64([1], [2 ** 30]) }, [node('Tile', ['a', 's'], ['r'])]],
  [
    'Range',
    { f: int64([], [0]), l: int64([], [2 ** 40]), d: int64([], [1]) },
    [node('Range', ['f', 'l', 'd'], ['r'])],
  ],
  ['Concat, again and again', { a: one }, doubled],
  [
    'Gather',
    { a: float32([1, 2 ** 15], new Float32Array(2 ** 15)), i: int64([2 ** 15], new Array(2 ** 15).fill(0)) },
    [node('Gather', ['a', 'i'], ['r'])],
  ],
  [
    'an outer sum',
    { a: float32([2 ** 15], new Float32Array(2 ** 15)), s: int64([2], [-1, 1]) },
    [node('Reshape', ['a', 's'], ['b']), node('Add', ['a', 'b'], ['r'])],
  ],
  ['Pad', { a: one, s: int64([2], [0, 2 ** 31]) }, [node('Pad', ['a', 's'], ['r'])]],
  [
    'Resize',
    { a: float32([1, 1], [1]), s: float32([2], [2 ** 16, 2 ** 16]) },
    [node('Resize', ['a', '', 's'], ['r'])],
  ],
  [
    'a sum of what is too large to make',
    { s: huge },
    [node('ConstantOfShape', ['s'], ['c']), node('ReduceSum', ['c'], ['r'], { keepdims: 0 })],
  ],
];

const limited = { foldedMiB: 64, unchecked: true };

describe('fold-constants', () => {
  it.each(bombs)('leaves %s to be computed, and says why', async (_, constants, nodes) => {
    const before = process.memoryUsage().rss;
    const folded = await foldConstants.run(behind(constants, nodes), limited);
    expect(folded.unfolded?.get('r')).toMatch(
      /^constant folding would take \d+ MiB for it, of which \d+ MiB are left$/,
    );
    const kept = [...folded.constants.values()].reduce((sum, tensor) => sum + byteLengthOf(tensor), 0);
    expect(kept).toBeLessThan(2 ** 26);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28);
  });

  it('raises onnx/folding-limit where the model is to be compiled, with the option that allows more', async () => {
    const graph = behind({ a: one, s: int64([1], [2 ** 23]) }, [
      node('Expand', ['a', 's'], ['r'], {}, 'grow'),
    ]);
    await expect(foldConstants.run(graph, { foldedMiB: 40 })).rejects.toThrow(
      /onnx\/folding-limit.*node 'grow' \(Expand, #0\).*would take 64 MiB.*--folded-mib \(40 now\)/s,
    );
    expect((await foldConstants.run(graph, { foldedMiB: 64 })).constants.get('r')!.dims).toEqual([2 ** 23]);
  });

  it('adds up what many nodes make', async () => {
    const megabyte = float32([2 ** 18], new Float32Array(2 ** 18));
    const count = 200;
    const graph = model({
      inputs: { x: [1] },
      outputs: Object.fromEntries(Array.from({ length: count }, (_, i) => [`y${i}`, undefined])),
      constants: { a: megabyte },
      nodes: Array.from({ length: count }, (_, i) => [
        node('LeakyRelu', ['a'], [`r${i}`], { alpha: float(i) }),
        node('Mul', ['x', `r${i}`], [`y${i}`]),
      ]).flat(),
    });
    const { constants, unfolded } = await foldConstants.run(graph, limited);
    // 64 MiB and twice the model's one, two for each that is made; and the model's own.
    expect([constants.size, unfolded?.size]).toEqual([33 + 1, count - 33]);
  });

  it('makes what is only moved, or of one value, when somebody looks', async () => {
    const shape = int64([2], [2 ** 14, 2 ** 13]);
    const before = process.memoryUsage().rss;
    const graph = behind({ s: shape }, [
      node('ConstantOfShape', ['s'], ['c'], { value: { type: 'tensor', value: float32([1], [0.5]) } }),
      node('Transpose', ['c'], ['r']),
    ]);
    const r = (await foldConstants.run(graph)).constants.get('r')!;
    expect(r).toMatchObject({ dims: [2 ** 13, 2 ** 14], deferred: true });
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28);
  });

  it('takes one session for a long chain, and few where many are refused', async () => {
    const chain = Array.from({ length: 5000 }, (_, i) =>
      node('Tanh', [i === 0 ? 'a' : `v${i}`], [i === 4999 ? 'r' : `v${i + 1}`]),
    );
    const folded = await foldConstants.run(behind({ a: one }, chain));
    expect(folded.nodes.map((n) => n.origin.op)).toEqual(['Mul']);
    const wrong = Array.from({ length: 2000 }, (_, i) => node('Unknown', ['a'], [i === 0 ? 'r' : `w${i}`]));
    const { unfolded } = await foldConstants.run(behind({ a: one }, wrong));
    expect(unfolded?.size).toBe(2000);
  });

  it('tells in the list of operators what stands in the way', async () => {
    const graph = model({
      inputs: { x: [1, 2 ** 15] },
      outputs: { y: undefined },
      constants: { a: one, s: huge },
      nodes: [node('Expand', ['a', 's'], ['w']), node('MatMul', ['x', 'w'], ['y'])],
    });
    const [expand, product] = await listOperators(graph);
    expect(expand!.rule).toMatch(
      /^digital: all its inputs are constant, but constant folding would take 8192 MiB/,
    );
    expect(product!.rule).toMatch(
      /^digital: 'w' depends on constants alone, but constant folding would take/,
    );
  });
});
