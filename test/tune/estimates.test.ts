import { expect, test } from 'vitest';
import { openEstimates } from '../../src/tune/estimates.ts';

/** A point for every energy, and outputs that err by a tenth of it. */
const response = {
  lossAt: (energy: number) => energy,
  noiseAt: (energy: number) => energy / 10,
  energyOf: (noise: number) => 10 * noise,
};

test('measured mappings correct what is expected of those near to them', () => {
  const { learn, of, offsetAt } = openEstimates(response);
  expect(of(4)).toEqual({ noise: 0.4, loss: 4 });
  expect(offsetAt(4)).toBe(0);
  // Twice as much as expected where errors are large, half as much where they are small.
  learn(8, 1.6);
  learn(1, 0.05);
  expect(of(6)).toEqual({ noise: 1.2, loss: 12 });
  expect(of(2)).toEqual({ noise: 0.1, loss: 1 });
  expect(offsetAt(6)).toBeCloseTo(3.01, 2);
  expect(offsetAt(2)).toBeCloseTo(-3.01, 2);
});

test('mappings without any error correct nothing', () => {
  const { learn, of } = openEstimates(response);
  learn(0, 0);
  learn(3, 0);
  expect(of(3).loss).toBe(3);
});
