import { expect, test } from 'vitest';
import { classesOf } from '../../src/tune/classes.ts';

const conv = (kernel: number, groups: number, rows: number, columns: number) => ({
  geometry: {
    kind: 'conv' as const,
    kernel: [kernel, kernel],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    autoPad: 'NOTSET' as const,
  },
  ...{ groups, rows, columns },
});
const dense = (rows: number, columns: number) => ({
  geometry: { kind: 'matmul' as const },
  ...{ groups: 1, rows, columns },
});

test('the layers of an inverted residual block, between both ends of the network', () => {
  const shapes = [
    conv(3, 1, 27, 32),
    conv(3, 32, 9, 1),
    conv(1, 1, 32, 16),
    conv(1, 1, 16, 96),
    conv(3, 1, 144, 16),
    conv(1, 1, 64, 64),
    dense(64, 64),
    dense(64, 10),
  ];
  expect(classesOf(shapes)).toEqual([
    'first',
    'depthwise',
    'project',
    'expand',
    'convolution',
    'convolution',
    'dense',
    'last',
  ]);
});

test('two layers have nothing between them: each is what it is', () => {
  expect(classesOf([dense(12, 16), dense(16, 8)])).toEqual(['dense', 'dense']);
  expect(classesOf([conv(3, 1, 9, 8)])).toEqual(['convolution']);
});
