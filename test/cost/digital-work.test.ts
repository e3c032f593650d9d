import { expect, test } from 'vitest';
import { operationsOf } from '../../src/cost/digital-work.ts';
import { node } from '../support/onnx-model.ts';

const dims: Readonly<Record<string, readonly (number | undefined)[]>> = {
  x: [undefined, 8, 6, 6],
  w: [4, 8, 3, 3],
  conv: [undefined, 4, 4, 4],
  pooled: [undefined, 8, 3, 3],
  mean: [undefined, 8, 1, 1],
  a: [undefined, 5, 7],
  b: [7, 2],
  product: [undefined, 5, 2],
  flat: [undefined, 288],
};

test.each([
  [node('Relu', ['x'], ['x']), 288],
  [node('Conv', ['x', 'w'], ['conv']), 4 * 16 * 8 * 9],
  [node('MatMul', ['a', 'b'], ['product']), 5 * 2 * 7],
  [node('MaxPool', ['x'], ['pooled'], { kernel_shape: [2, 2] }), 8 * 9 * 4],
  [node('GlobalAveragePool', ['x'], ['mean']), 288],
  [node('Reshape', ['x'], ['flat']), 0],
])('%# counts', (one, operations) => {
  expect(operationsOf(one, (name) => dims[name])).toBe(operations);
});
