import { expect, test } from 'vitest';
import { binomialTail } from '../../src/math/binomial.ts';

test('the probability of a count or more, against sums of binomial coefficients', () => {
  // 45 + 10 + 1 of 1,024 equally likely outcomes.
  expect(binomialTail(10, 8, 0.5)).toBeCloseTo(56 / 1024, 12);
  expect(binomialTail(3, 1, 0.1)).toBeCloseTo(1 - 0.9 ** 3, 12);
  expect(binomialTail(100, 2, 0.001)).toBeCloseTo(1 - 0.999 ** 100 - 0.1 * 0.999 ** 99, 12);
  expect([binomialTail(5, 0, 0.2), binomialTail(5, 6, 0.2)]).toEqual([1, 0]);
  expect([binomialTail(5, 5, 1), binomialTail(5, 1, 0)]).toEqual([1, 0]);
});
