/** Pairwise differences of chips, by hand. */
import { describe, expect, test } from 'vitest';
import { gainOf, shareOf } from '../../src/tune/loss.ts';
import { studentQuantile } from '../../src/verify/metrics.ts';
import type { ChipRun } from '../../src/verify/run-images.ts';

/** @param signal of every image */
const run = (top1: readonly number[], errors: readonly number[], signal: number): ChipRun => ({
  tally: { chosen: new Int32Array(top1.length), top1: Uint8Array.from(top1), top5: undefined },
  toFloat: { signal: signal * errors.length, noise: errors.reduce((a, b) => a + b, 0) },
  toIdeal: { signal: 1, noise: 0 },
  errors: Float64Array.from(errors),
});

describe('what one error costs', () => {
  const whole = run([1, 0, 0, 1], [4, 2, 6, 8], 10);
  const without = run([1, 1, 0, 1], [1, 1, 1, 1], 10);

  test('in energy: the mean over images of what the other chip has less', () => {
    // Differences 3, 1, 5, 7 over a signal of 10: mean 0.4, standard error sqrt(20 / 3 / 4) / 10.
    const margin = (studentQuantile(3) * Math.sqrt(20 / 3 / 4)) / 10;
    const { value, low, high } = shareOf([whole], [without]);
    expect(value).toBeCloseTo(0.4, 12);
    expect(low).toBeCloseTo(0.4 - margin, 12);
    expect(high).toBeCloseTo(0.4 + margin, 12);
    expect(shareOf([whole]).value).toBeCloseTo(0.5, 12);
  });

  test('in points: images that are right only without it', () => {
    const { points, low, high } = gainOf([whole, whole], [without, whole]);
    expect(points).toBe(12.5);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(25);
  });
});
