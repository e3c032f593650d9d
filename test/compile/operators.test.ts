/** What is said of weights that stay digital: how many, in which node, and what stands in the way. */
import { expect, test } from 'vitest';
import { digitalIn, listOperators } from '../../src/compile/operators.ts';
import { attributeCodec, attributeTypes } from '../../src/onnx/proto.ts';
import { encodeTensor } from '../../src/onnx/tensor-proto.ts';
import { noise } from '../passes/lower/decompose.ts';
import { model, node } from '../support/onnx-model.ts';

const body = {
  name: 'b',
  initializer: [encodeTensor('inner', noise([4, 5], 3))],
  node: [{ opType: 'MatMul', input: ['x', 'inner'], output: ['o'] }],
  output: [{ name: 'o' }],
};
const branch = {
  type: 'opaque',
  value: attributeCodec.encode({ name: 'then_branch', type: attributeTypes.graph, g: body }),
  captures: ['x'],
} as const;

const graph = model({
  inputs: { x: [1, 4], v: [4, 4], c: [] },
  outputs: { y: undefined },
  constants: { w: noise([4, 4], 1), m: noise([4, 8], 2) },
  nodes: [
    node('MatMul', ['x', 'w'], ['a'], {}, 'maps'),
    // Drawn at run time: no folding takes its place.
    node('RandomUniformLike', ['m'], ['r'], {}, 'mask'),
    node('Mul', ['m', 'r'], ['masked'], {}, 'masking'),
    node('MatMul', ['a', 'masked'], ['b'], {}, 'masked product'),
    node('Mul', ['w', 'v'], ['scaled'], {}, 'scaling'),
    node('MatMul', ['a', 'scaled'], ['d'], {}, 'scaled product'),
    node('MatMul', ['a', 'v'], ['e'], {}, 'fed product'),
    node('If', ['c'], ['f'], { then_branch: branch }, 'choice'),
    { ...node('Fused', ['a', 'w'], ['g'], {}, 'theirs'), domain: 'com.example' },
    { ...node('Fused', ['a', 'w'], ['h'], {}, 'theirs too'), domain: 'com.example' },
  ],
});

test('the operator that stands in the way has a name', async () => {
  const rules = new Map((await listOperators(graph)).map(({ origin, rule }) => [origin.name, rule]));
  expect(rules.get('masked product')).toBe(
    "digital: the weights are computed by RandomUniformLike 'mask' from constants, which is not folded",
  );
  expect(rules.get('scaled product')).toBe("digital: the weights are computed at run time, by Mul 'scaling'");
  expect(rules.get('fed product')).toBe("digital: the weights are fed as the input 'v'");
});

test('weights that stay digital are counted once, at the first node that has them', async () => {
  const counts = async (names: readonly string[] = []) =>
    digitalIn(await listOperators(graph, ({ name }) => names.includes(name))).map(
      ({ origin, weights }) => `${origin.name}: ${weights}`,
    );
  expect(await counts()).toEqual(['masked product: 32', 'choice: 20', 'theirs: 16']);
  expect(await counts(['maps'])).toEqual(['maps: 16', 'masked product: 32', 'choice: 20']);
});
