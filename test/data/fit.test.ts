import { expect, test } from 'vitest';
import { fitSample, formatInputDims, type InputDims } from '../../src/data/fit.ts';

const cases: [sample: number[], input: InputDims, dims: number[] | undefined][] = [
  [
    [3, 224, 224],
    ['N', 3, 224, 224],
    [3, 224, 224],
  ],
  [
    [3, 224, 200],
    ['N', 3, 'H', undefined],
    [3, 224, 200],
  ],
  [
    [1, 28, 28],
    [1, 1, 28, 28],
    [1, 28, 28],
  ],
  [
    [1, 28, 28],
    ['N', 28, 28],
    [28, 28],
  ],
  [
    [1, 49, 10],
    ['N', 1, 49, 10],
    [1, 49, 10],
  ],
  [
    [49, 10],
    ['N', 1, 'time', 10],
    [1, 49, 10],
  ],
  [
    [1, 28, 28],
    [1, 784, 1],
    [784, 1],
  ],
  [[28, 28, 1], ['N', 'features'], [784]],
  [[640], ['N', 640], [640]],
  [[28, 28, 1], ['N', 785], undefined],
  [[32, 32, 3], ['N', 3, 32, 32], undefined],
  [[1, 49, 10], ['N', 1, 10, 49], undefined],
  [[1, 28, 28], ['N', 1, 32, 32], undefined],
  [[1, 28, 28], ['N', 1, 14, 56], undefined],
  [[3, 32, 32], ['N', 1, 32, 32], undefined],
];

test.each(cases)('%j into %j gives %j', (sample, input, dims) => {
  expect(fitSample(sample, input)?.dims).toEqual(dims);
});

test('free axes are printed by their names', () => {
  expect(formatInputDims(['N', 3, undefined, 224])).toBe('[N, 3, ?, 224]');
});
