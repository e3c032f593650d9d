/** Products over other axes than those of a matrix on the right equal onnxruntime's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerLinear } from '../../../passes/lower/lower-linear.ts';
import type { Graph } from '../../../src/ir/graph.ts';
import { inferDims } from '../../../src/onnx/dims.ts';
import { drawFeeds } from '../../support/build.ts';
import { expectSame } from '../../support/one-node.ts';
import { type AttributeValue, float, model, node } from '../../support/onnx-model.ts';
import { restoreLayers } from '../../support/restore-layers.ts';
import { decompose, noise, run } from './decompose.ts';

interface Case {
  readonly op: 'Einsum' | 'MatMul' | 'Gemm';
  readonly x: readonly (number | string)[];
  readonly w: readonly number[];
  /** Whether the constant is the first operand. */
  readonly left?: boolean;
  readonly bias?: readonly number[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

function graphOf({ op, x, w, left, bias, attributes = {} }: Case): Graph {
  const sides = left ? ['w', 'x'] : ['x', 'w'];
  return model({
    inputs: { x },
    outputs: { y: undefined },
    constants: { w: noise(w, 1), ...(bias && { b: noise(bias, 2) }) },
    nodes: [node(op, bias ? [...sides, 'b'] : sides, ['y'], attributes, 'mine')],
  });
}

/** One layer of that many groups, rows and columns, and the same results. */
async function expectLayer(c: Case, matrix: readonly [groups: number, rows: number, columns: number]) {
  const graph = graphOf(c);
  const feeds = drawFeeds(graph.inputs, 3, -1, 1, 2);
  const parts = await decompose(graph);
  const lowered = lowerLinear.run(parts, { file: 'model' });
  const layers = lowered.nodes.flatMap((n) => (n.kind === 'mvm' ? [[n.groups, n.rows, n.columns]] : []));
  expect(layers).toEqual([matrix]);
  const expected = await run(graph, feeds);
  expectSame(await run(parts, feeds), expected, 2e-6);
  expectSame(await run(restoreLayers(lowered), feeds), expected, 2e-6);
  const known = inferDims(graph).get('y')!;
  expect(known.map((d, i) => d ?? expected.y!.dims[i])).toEqual(expected.y!.dims);
}

const einsum = (equation: string, x: Case['x'], w: readonly number[], left = false): Case => ({
  op: 'Einsum',
  x,
  w,
  left,
  attributes: { equation },
});
const matmul = (x: Case['x'], w: readonly number[], left = false): Case => ({ op: 'MatMul', x, w, left });

const cases: [string, Case, [number, number, number]][] = [
  ['MatMul with a constant left side', matmul([2, 5, 3], [4, 5], true), [1, 5, 4]],
  ['MatMul with a constant left side [1, M, K]', matmul(['batch', 5, 3], [1, 4, 5], true), [1, 5, 4]],
  ['MatMul with a constant left side of a higher rank', matmul([5, 3], [1, 1, 4, 5], true), [1, 5, 4]],
  ['MatMul with a constant left side and a vector', matmul([5], [4, 5], true), [1, 5, 4]],
  ['MatMul with a constant vector on the left', matmul([2, 5, 3], [5], true), [1, 5, 1]],
  ['MatMul with a constant vector on the right', matmul([2, 3, 5], [5]), [1, 5, 1]],
  ['MatMul of a vector and a constant matrix', matmul([5], [5, 4]), [1, 5, 4]],
  ['MatMul of two vectors', matmul([5], [5]), [1, 5, 1]],
  ['MatMul with a right side of a higher rank', matmul(['batch', 3, 5], [1, 1, 5, 4]), [1, 5, 4]],
  ['MatMul with a matrix per batch index', matmul(['batch', 2, 3, 5], [2, 5, 4]), [2, 5, 4]],
  ['MatMul with a constant left matrix per batch index', matmul([2, 5, 'n'], [2, 4, 5], true), [2, 5, 4]],
  ['MatMul of one input with many matrices', matmul([3, 5], [2, 5, 4]), [1, 5, 8]],
  ['MatMul of one input with many matrices, by a length of 1', matmul([1, 3, 5], [2, 5, 4]), [1, 5, 8]],
  ['Gemm with a constant left side', { op: 'Gemm', x: [5, 3], w: [4, 5], left: true }, [1, 5, 4]],
  [
    'Gemm with a constant left side and everything else',
    {
      op: 'Gemm',
      x: ['batch', 5],
      w: [5, 4],
      left: true,
      bias: [4, 1],
      attributes: { transA: 1, transB: 1, alpha: float(0.7), beta: float(-1.5) },
    },
    [1, 5, 4],
  ],
  ['Einsum of matrices', einsum('ij,jk->ik', ['batch', 5], [5, 4]), [1, 5, 4]],
  ['Einsum with the weights transposed', einsum('bij,kj->bik', ['batch', 3, 5], [4, 5]), [1, 5, 4]],
  ['Einsum with the weights first', einsum('kj, bij -> bki', ['batch', 3, 5], [4, 5], true), [1, 5, 4]],
  ['Einsum that sums over two axes', einsum('bijk,jkl->bil', [2, 3, 4, 5], [4, 5, 6]), [1, 20, 6]],
  ['Einsum into two axes', einsum('abc,cde->abde', ['batch', 3, 5], [5, 2, 4]), [1, 5, 8]],
  ['Einsum into two axes apart', einsum('abc,dce->adbe', ['batch', 3, 5], [2, 5, 4]), [1, 5, 8]],
  ['Einsum of an axis in the middle', einsum('bchw,co->bohw', ['batch', 5, 'h', 'w'], [5, 4]), [1, 5, 4]],
  ['Einsum with an ellipsis', einsum('...c,cd->...d', ['batch', 2, 3, 5], [5, 4]), [1, 5, 4]],
  ['Einsum with an ellipsis, implicit', einsum('...c,cd', ['batch', 3, 5], [5, 4]), [1, 5, 4]],
  ['Einsum without an arrow, in the order of the alphabet', einsum('zj,ja', [3, 5], [5, 4]), [1, 5, 4]],
  ['Einsum with a vector', einsum('bij,j->bi', ['batch', 3, 5], [5]), [1, 5, 1]],
  ['Einsum to a number', einsum('i,i->', [5], [5]), [1, 5, 1]],
  ['Einsum with a matrix per head', einsum('bhld,hde->bhle', ['batch', 2, 3, 5], [2, 5, 4]), [2, 5, 4]],
  [
    'Einsum with a matrix per head, of unknown lengths',
    einsum('blhd,ehd->bhle', ['batch', 'length', 2, 5], [4, 2, 5]),
    [2, 5, 4],
  ],
  ['Einsum depthwise', einsum('bck,ck->bc', ['batch', 3, 5], [3, 5]), [3, 5, 1]],
];

describe('decompose-layers', () => {
  it.each(cases)('%s', (_, c, matrix) => expectLayer(c, matrix));

  it('Einsum of any axes', async () => {
    const lengths = { a: 2, b: 3, c: 4, d: 2, e: 3, f: 2, g: 2 };
    const letters = (of: string) =>
      fc.shuffledSubarray([...of], { minLength: of.length, maxLength: of.length });
    // a and b: free; c, d: summed; e, f: columns; g: groups.
    const drawn = fc
      .record({
        free: fc.constantFrom('', 'a', 'ab'),
        rows: fc.constantFrom('c', 'cd'),
        columns: fc.constantFrom('', 'e', 'ef'),
        groups: fc.constantFrom('', 'g'),
        left: fc.boolean(),
      })
      .chain(({ free, rows, columns, groups, left }) =>
        fc.record({
          x: letters(free + rows + groups),
          w: letters(rows + columns + groups),
          y: letters(free + columns + groups),
          left: fc.constant(left),
        }),
      );
    await fc.assert(
      fc.asyncProperty(drawn, async ({ x, w, y, left }) => {
        const size = (axes: readonly string[]) => axes.map((axis) => lengths[axis as keyof typeof lengths]);
        const sides = left ? [w, x] : [x, w];
        const equation = `${sides.map((s) => s.join('')).join(',')}->${y.join('')}`;
        const product = (axes: string) =>
          size([...axes].filter((axis) => w.includes(axis))).reduce((p, d) => p * d, 1);
        await expectLayer(einsum(equation, size(x), size(w), left), [
          product('g'),
          product('cd'),
          product('ef'),
        ]);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('uses of one constant share its matrix', async () => {
    const graph = model({
      inputs: { x: [1, 3, 5], v: [5, 2] },
      outputs: { y: undefined, z: undefined, u: undefined },
      constants: { w: noise([4, 5], 1) },
      nodes: [
        node('MatMul', ['w', 'v'], ['y']),
        node('Einsum', ['x', 'w'], ['z'], { equation: 'bij,kj->bik' }),
        node('Einsum', ['w', 'v'], ['u'], { equation: 'ab,bc->ac' }),
      ],
    });
    const lowered = lowerLinear.run(await decompose(graph), { file: 'model' });
    const matrices = lowered.nodes.flatMap((n) => (n.kind === 'mvm' ? [n.weights] : []));
    expect([matrices.length, new Set(matrices).size]).toEqual([3, 1]);
  });
});
