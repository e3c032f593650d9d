/** Indices of weights against the order in which MvmNode lays them out. */
import { expect, test } from 'vitest';
import type { QuantizedMvmNode } from '../../src/ir/graph.ts';
import { weightDims, weightIndex, weightNumber } from '../../src/ir/weight-index.ts';

type Matrix = Pick<QuantizedMvmNode, 'geometry' | 'groups' | 'rows' | 'columns'>;

const conv: Matrix = {
  geometry: {
    kind: 'conv',
    kernel: [2, 3],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    autoPad: 'NOTSET',
  },
  ...{ groups: 2, rows: 24, columns: 5 },
};
const product: Matrix = { geometry: { kind: 'matmul' }, groups: 1, rows: 7, columns: 4 };

test('a convolution has outputs, channels and positions of the kernel', () => {
  expect(weightDims(conv)).toEqual([10, 4, 2, 3]);
  // Output 7 is column 2 of group 1; channel 3, position (1, 2) is row 3 * 6 + 5.
  expect(weightNumber(conv, [7, 3, 1, 2])).toBe((24 + 23) * 5 + 2);
});

test('a product has rows and columns', () => {
  expect(weightDims(product)).toEqual([7, 4]);
  expect(weightNumber(product, [6, 1])).toBe(25);
});

test.each([conv, product])('every number has an index, and leads back', (matrix) => {
  const { groups, rows, columns } = matrix;
  const numbers = Array.from({ length: groups * rows * columns }, (_, number) => number);
  const indices = numbers.map((number) => weightIndex(matrix, number));
  expect(indices.map((index) => weightNumber(matrix, index))).toEqual(numbers);
  expect(new Set(indices.map(String)).size).toBe(numbers.length);
});
