import { describe, expect, test } from 'vitest';
import {
  covarianceOf,
  exponentialIntegral,
  lastOfCholesky,
  scalesBetween,
} from '../../src/math/one-over-f.ts';

describe('1/f noise by its time scales', () => {
  test('the exponential integral has its tabulated values', () => {
    // Abramowitz and Stegun, tables 5.1 and 5.2.
    const table = [
      [0.01, 4.0379295765],
      [0.1, 1.8229239584],
      [0.5, 0.5597735948],
      [1, 0.2193839344],
      [2, 0.0489005107],
      [5, 0.001148295591],
      [10, 4.156968929e-6],
    ] as const;
    for (const [x, value] of table) expect(exponentialIntegral(x) / value).toBeCloseTo(1, 8);
    expect(exponentialIntegral(1e4)).toBe(0);
  });

  test('scales add up to the whole, however they are cut', () => {
    const band = { from: 250e-9, to: 10 };
    const cuts = [0, 1e-7, 8e-7, 2e-4, 0.03, 100];
    const parts = cuts.slice(1).map((end, i) => scalesBetween(band, cuts[i]!, end));
    expect(parts.reduce((a, b) => a + b)).toBeCloseTo(Math.log(10 / 250e-9), 12);
    expect(parts[0]).toBe(0);
    expect(scalesBetween({ from: 1, to: 0.5 }, 0, 10)).toBe(0);
  });

  test('readings lose what they have in common with the logarithm of the time between them', () => {
    const band = { from: 1, to: 1e6 };
    expect(covarianceOf(band, 0)).toBeCloseTo(Math.log(1e6), 12);
    // The integral of cos(2 pi f t) / f over the frequencies between, for times within the band.
    for (const apart of [10, 100, 1000])
      expect(covarianceOf(band, apart)).toBeCloseTo(
        Math.log(1e6 / (Math.PI * apart)) - 0.5772156649 + (Math.PI * apart) / 1e6,
        5,
      );
    expect(covarianceOf(band, 1e7)).toBeLessThan(1e-12);
    expect(covarianceOf({ from: 2, to: 1 }, 0)).toBe(0);
  });

  test('factors of normals give the covariance', () => {
    const covariance = [
      [4, 2, 0.4],
      [2, 5, 1.2],
      [0.4, 1.2, 3],
    ];
    const rows = [1, 2, 3].map((n) => lastOfCholesky(covariance.slice(0, n).map((row) => row.slice(0, n))));
    for (const [i, a] of rows.entries())
      for (const [j, b] of rows.entries()) {
        const product = a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0);
        expect(product).toBeCloseTo(covariance[i]![j]!, 12);
      }
    // A value that is there twice is the same twice.
    expect([
      ...lastOfCholesky([
        [4, 4],
        [4, 4],
      ]),
    ]).toEqual([2, 0]);
  });
});
