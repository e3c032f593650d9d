import { expect, it } from 'vitest';
import { openStream } from '../../src/math/random.ts';
import { shrink } from '../../src/math/shrink.ts';

const of = (...numbers: number[]) => Float64Array.from(numbers);

it('draws estimates of one variance towards their mean by the share of it in what they scatter by', () => {
  // Mean 3; sample variance 4, of which 1 is error: three quarters of every deviation are left.
  expect([...shrink(of(1, 3, 5), of(1, 1, 1))!]).toEqual([1.5, 3, 4.5].map((x) => expect.closeTo(x, 12)));
  // About a known mean: 35 / 3 in all, of which 1 is error.
  const share = (35 / 3 - 1) / (35 / 3);
  expect([...shrink(of(1, 3, 5), of(1, 1, 1), 0)!]).toEqual(
    [1, 3, 5].map((x) => expect.closeTo(share * x, 12)),
  );
});

it('takes those for equal that scatter by less than their errors, and leaves those that have none', () => {
  expect([...shrink(of(1, 2), of(4, 4))!]).toEqual([1.5, 1.5]);
  // The mean of unequal ones counts each by the inverse of its variance.
  expect(shrink(of(1, 2), of(4, 12))![0]).toBeCloseTo(1.25, 12);
  const exact = shrink(of(1, 2, 9), of(0, 0, 0))!;
  for (const [i, value] of [1, 2, 9].entries()) expect(exact[i]).toBeCloseTo(value, 9);
});

it('gives what has no estimate the mean of the others', () => {
  const known = shrink(of(1, 3, 5, 77), of(1, 1, 1, Number.POSITIVE_INFINITY))!;
  expect([...known]).toEqual([1.5, 3, 4.5, 3].map((x) => expect.closeTo(x, 12)));
  expect(shrink(of(1), of(Number.POSITIVE_INFINITY))).toBeUndefined();
  expect([...shrink(of(1), of(Number.POSITIVE_INFINITY), 0)!]).toEqual([0]);
});

it('is nearer to the truth than the estimates, by what the law says', () => {
  const stream = openStream(1, 'shrink-test', 0);
  const count = 4000;
  const truth = Float64Array.from({ length: count }, () => 1 + 0.1 * stream.normal());
  const variances = Float64Array.from({ length: count }, () => 0.02 * stream.uniform());
  const estimates = truth.map((value, i) => value + Math.sqrt(variances[i]!) * stream.normal());
  const found = shrink(estimates, variances)!;
  const error = (values: Float64Array) => values.reduce((sum, v, i) => sum + (v - truth[i]!) ** 2, 0) / count;
  // Mean of s v / (s + v) with s = 0.01, over v from 0 to 0.02: 0.01 (1 - ln(3) / 2).
  expect(error(found)).toBeCloseTo(0.01 * (1 - Math.log(3) / 2), 3);
  expect(error(estimates)).toBeCloseTo(0.01, 3);
});
