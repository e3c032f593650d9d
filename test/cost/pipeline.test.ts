/** When layers that work side by side are done, against sums by hand. */
import { describe, expect, test } from 'vitest';
import { networkLatency, type Step, shareOfWindow } from '../../src/cost/pipeline.ts';
import type { Node } from '../../src/ir/graph.ts';
import { node } from '../support/onnx-model.ts';

const latency = (nodes: readonly Node[], steps: Readonly<Record<string, Step>>) =>
  networkLatency(nodes, (one) => steps[one.kind === 'onnx' ? one.outputs[0]! : one.output]!);

describe('of a chain', () => {
  const chain = [node('A', ['x'], ['a']), node('B', ['a'], ['b'])];

  test('a layer that needs all of its input follows the one before', () => {
    const step = { time: 10, positions: 10, share: 1 };
    expect(latency(chain, { a: step, b: step })).toBeCloseTo(20, 12);
  });

  test('one that needs a first element ends one position after a layer that is as slow', () => {
    const step = { time: 10, positions: 10, share: 0 };
    expect(latency(chain, { a: step, b: step })).toBeCloseTo(11, 12);
  });

  test('a slow layer decides, from when its first window is there', () => {
    const a = { time: 10, positions: 10, share: 0 };
    // Elements of a come from 1 to 10: a third of the way is 4.
    expect(latency(chain, { a, b: { time: 100, positions: 5, share: 1 / 3 } })).toBeCloseTo(104, 12);
  });
});

test('a sum waits for the later of its inputs, and a global pool for the last', () => {
  const nodes = [
    node('A', ['x'], ['a']),
    node('B', ['x'], ['b']),
    node('Add', ['a', 'b'], ['sum']),
    node('GlobalAveragePool', ['sum'], ['pooled']),
  ];
  const steps = {
    a: { time: 10, positions: 10, share: 0 },
    b: { time: 30, positions: 10, share: 0 },
    sum: { time: 0, positions: 10, share: 0 },
    pooled: { time: 2, positions: 1, share: 1 },
  };
  expect(latency(nodes, steps)).toBeCloseTo(32, 12);
});

test.each([
  // The last element of a window of 3 x 3 without padding is the third of the third row.
  [[8, 10], [3, 3], [1, 1], [0, 0], 23 / 80],
  [[8, 10], [3, 3], [1, 1], [1, 1], 12 / 80],
  [[8, 10], [1, 1], [1, 1], [0, 0], 1 / 80],
  [[8, 10], [3, 3], [2, 2], [0, 0], 45 / 80],
  [[16], [5], [1], [2], 3 / 16],
  [[4, 4], [4, 4], [1, 1], [0, 0], 1],
])('of an input of %j a window of %j, %j apart, padded by %j', (space, kernel, dilations, begin, share) => {
  expect(shareOfWindow(space, kernel, dilations, begin)).toBeCloseTo(share, 12);
});
