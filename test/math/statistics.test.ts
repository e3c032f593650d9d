import { expect, test } from 'vitest';
import {
  evenly,
  evenlyInLog,
  histogramOf,
  meanOf,
  quantileOf,
  sigmaOfSample,
} from '../../src/math/statistics.ts';

test('mean and standard deviation of a sample', () => {
  expect(meanOf([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
  expect(sigmaOfSample([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
});

test('quantiles lie between the nearest values', () => {
  expect(quantileOf([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantileOf([1, 2, 3, 4], 0)).toBe(1);
  expect(quantileOf([1, 2, 3, 4], 1)).toBe(4);
});

test('a histogram counts what lies in its bins, ends included, and nothing beyond', () => {
  const { middles, width, shares } = histogramOf([0, 0.5, 1, 1.5, 2, 3], 0, 2, 2);
  expect(middles).toEqual([0.5, 1.5]);
  expect(width).toBe(1);
  expect(shares).toEqual([2 / 6, 3 / 6]);
});

test('evenly spread numbers', () => {
  expect(evenly(0, 1, 3)).toEqual([0, 0.5, 1]);
  expect(evenlyInLog(1, 100, 3)[1]).toBeCloseTo(10, 12);
});
