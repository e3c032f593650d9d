import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { argmax } from '../../src/math/argmax.ts';
import { openStream } from '../../src/math/random.ts';
import {
  addSignal,
  decibels,
  pairedDifference,
  percentOf,
  silence,
  studentQuantile,
  topCorrect,
} from '../../src/verify/metrics.ts';

const nan = Number.NaN;

describe('counts per sample', () => {
  test('of equal logits the first is chosen; NaN never is', () => {
    expect(argmax([1, 3, 3], 0, 3)).toBe(1);
    expect(argmax([9, nan, -5, -4], 1, 3)).toBe(2);
    expect(argmax([nan, nan], 0, 2)).toBe(-1);
  });

  test('top-k by hand', () => {
    const logits = [5, 4, 3, 2, 2, 2, nan, 1, 0];
    expect([...topCorrect(logits, 3, [1, 1, 0], 1)]).toEqual([0, 0, 0]);
    expect([...topCorrect(logits, 3, [1, 1, 1], 2)]).toEqual([1, 1, 1]);
    expect([...topCorrect(logits, 3, [2, 2, 0], 2)]).toEqual([0, 0, 0]);
    expect([...topCorrect(logits, 3, [2, 2, 0], 3)]).toEqual([1, 1, 0]);
  });

  test('top-1 is the argmax, and top-k has exactly k of the classes', () => {
    const values = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(values, fc.nat(11), (logits, k) => {
        const right = (c: number, top: number) => topCorrect(logits, logits.length, [c], top)[0]!;
        const classes = logits.map((_, c) => c);
        expect(classes.filter((c) => right(c, 1))).toEqual([argmax(logits, 0, logits.length)]);
        expect(classes.filter((c) => right(c, k)).length).toBe(Math.min(k, logits.length));
      }),
    );
  });

  test('percent', () => {
    expect(percentOf(Uint8Array.of(1, 0, 0, 1))).toBe(50);
  });
});

describe('paired difference', () => {
  test('one trial: mean and standard error of the per-sample differences', () => {
    // d = -1, 0, 0, 0, 1, -1, 0, 0: mean -1/8, sum of squares 3, s^2 = (3 - 8/64) / 7.
    const reference = Uint8Array.of(1, 1, 0, 0, 0, 1, 1, 0);
    const mapped = Uint8Array.of(0, 1, 0, 0, 1, 0, 1, 0);
    const { points, standardError, low, high } = pairedDifference([mapped], reference);
    const expected = 100 * Math.sqrt((3 - 1 / 8) / 7 / 8);
    expect(points).toBeCloseTo(-12.5, 12);
    expect(standardError).toBeCloseTo(expected, 12);
    // t table, 7 degrees of freedom: 2.3646
    expect(high - points).toBeCloseTo(2.3646 * expected, 2);
    expect(points - low).toBeCloseTo(high - points, 12);
  });

  test('one trial of many samples: 1.96 standard errors', () => {
    const mapped = Uint8Array.from({ length: 5000 }, (_, i) => (i % 50 === 0 ? 0 : 1));
    const { points, standardError, high } = pairedDifference([mapped], new Uint8Array(5000).fill(1));
    expect(points).toBeCloseTo(-2, 10);
    expect(standardError).toBeCloseTo(100 * Math.sqrt((0.02 * 0.98) / 4999), 10);
    expect((high - points) / standardError).toBeCloseTo(1.96, 2);
  });

  test('several trials: the analysis of variance by hand', () => {
    // Reference right everywhere; three trials of four samples, d = -1 where a trial is wrong.
    //   t0: -1 -1  0  0   t1: -1 0 0 0   t2: -1 -1 -1 0     grand mean -1/2
    // SSt = 4 (0 + 1/16 + 1/16) = 1/2; sample means -1, -2/3, -1/3, 0: SSs = 3 (1/4 + 1/36 + 1/36 + 1/4) = 5/3;
    // SS = 6 - 12/4 = 3; SSr = 3 - 1/2 - 5/3 = 5/6. MSt = 1/4, MSs = 5/9, MSr = 5/36.
    const trials = [Uint8Array.of(0, 0, 1, 1), Uint8Array.of(0, 1, 1, 1), Uint8Array.of(0, 0, 0, 1)];
    const { points, standardError, low } = pairedDifference(trials, new Uint8Array(4).fill(1));
    const variance = (1 / 4 + 5 / 9 - 5 / 36) / 12;
    const freedom = variance ** 2 / ((1 / 48) ** 2 / 2 + (5 / 108) ** 2 / 3 + (5 / 432) ** 2 / 6);
    expect(points).toBeCloseTo(-50, 10);
    expect(standardError).toBeCloseTo(100 * Math.sqrt(variance), 10);
    expect(points - low).toBeCloseTo(studentQuantile(freedom) * standardError, 10);
  });

  test('equal trials say no more than one does', () => {
    const reference = Uint8Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const mapped = Uint8Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    const one = pairedDifference([mapped], reference);
    const five = pairedDifference([mapped, mapped, mapped, mapped, mapped], reference);
    for (const key of ['points', 'low', 'high', 'standardError'] as const)
      expect(five[key]).toBeCloseTo(one[key], 8);
  });

  test('no difference at all has no width', () => {
    const correct = Uint8Array.of(1, 0, 1);
    expect(pairedDifference([correct, correct], correct)).toEqual({
      points: 0,
      low: 0,
      high: 0,
      standardError: 0,
    });
  });

  test('the interval covers the true mean in about 95 % of simulated experiments', () => {
    // Sample i of chip t is lost with probability 0.1 (shift[t] + hardness[i]), each uniform in 0..2: mean -20 points.
    const draw = openStream(7, 'coverage', 0);
    const experiments = 1500;
    let covered = 0;
    for (let e = 0; e < experiments; e++) {
      draw.seek(e);
      const hardness = Array.from({ length: 120 }, () => 2 * draw.uniform());
      const trials = Array.from({ length: 5 }, () => {
        const shift = 2 * draw.uniform();
        return Uint8Array.from(hardness, (h) => (draw.uniform() < 0.1 * (shift + h) ? 0 : 1));
      });
      const { low, high } = pairedDifference(trials, new Uint8Array(120).fill(1));
      if (low <= -20 && -20 <= high) covered++;
    }
    expect(covered / experiments).toBeGreaterThan(0.92);
    expect(covered / experiments).toBeLessThan(0.985);
  });

  test('the quantile agrees with the table of Student', () => {
    const table = [
      [1, 12.706],
      [2, 4.303],
      [3, 3.182],
      [4, 2.776],
      [5, 2.571],
      [10, 2.228],
      [30, 2.042],
      [1e6, 1.96],
    ];
    for (const [freedom, t] of table as [number, number][])
      expect(Math.abs(studentQuantile(freedom) / t - 1)).toBeLessThan(0.002);
  });
});

describe('signal-to-noise ratio', () => {
  test('closed forms: an error of one part in ten is 20 dB, in whatever batches', () => {
    const reference = Float32Array.of(1, -2, 3, -4);
    const values = reference.map((v) => v * 1.1);
    const whole = addSignal(silence, reference, values);
    expect(decibels(whole)).toBeCloseTo(20, 4);
    const halves = addSignal(
      addSignal(silence, reference.subarray(0, 2), values.subarray(0, 2)),
      reference.subarray(2),
      values.subarray(2),
    );
    expect(decibels(halves)).toBeCloseTo(decibels(whole), 10);
    expect(decibels({ signal: 50, noise: 100 })).toBeCloseTo(-3.0103, 4);
  });

  test('no noise, and values that are not finite', () => {
    expect(decibels(addSignal(silence, [1], [1]))).toBe(Number.POSITIVE_INFINITY);
    expect(decibels(addSignal(silence, [1], [nan]))).toBe(Number.NEGATIVE_INFINITY);
  });
});
