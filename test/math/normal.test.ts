import { expect, test } from 'vitest';
import { normalBelow, normalDensity } from '../../src/math/normal.ts';

test('probabilities of the standard normal, against published values', () => {
  // Abramowitz and Stegun, table 26.1.
  expect(normalBelow(0)).toBe(0.5);
  expect(normalBelow(1)).toBeCloseTo(0.841344746068543, 14);
  expect(normalBelow(2)).toBeCloseTo(0.977249868051821, 14);
  expect(normalBelow(-3)).toBeCloseTo(0.001349898031630095, 15);
  expect(normalBelow(5) - 1).toBeCloseTo(-2.866515718791945e-7, 15);
  expect([normalBelow(Number.POSITIVE_INFINITY), normalBelow(Number.NEGATIVE_INFINITY)]).toEqual([1, 0]);
  expect([normalBelow(40), normalBelow(-40)]).toEqual([1, 0]);
});

test('the density is the slope', () => {
  for (const x of [-7, -2.5, -0.3, 0, 1.1, 4]) {
    const slope = (normalBelow(x + 1e-5) - normalBelow(x - 1e-5)) / 2e-5;
    expect(Math.abs(slope - normalDensity(x))).toBeLessThan(1e-9);
  }
});
