/** Sample statistics and the normal distribution, for tests that compare draws with a law. */

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation. */
  readonly sigma: number;
  readonly min: number;
  readonly max: number;
}

export function momentsOf(values: ArrayLike<number>): Moments {
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { count: values.length, mean, sigma: Math.sqrt(squares / values.length), min, max };
}

/** Complementary error function: Chebyshev fit with a fractional error below 1.2e-7 (Press et al., Numerical Recipes). */
function erfc(x: number): number {
  const z = Math.abs(x);
  const t = 2 / (2 + z);
  const terms = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ];
  const value = t * Math.exp(-z * z + terms.reduceRight((sum, term) => sum * t + term, 0));
  return x >= 0 ? value : 2 - value;
}

/** Probability that a standard normal is below x. */
export function normalBelow(x: number): number {
  return 0.5 * erfc(-x / Math.SQRT2);
}

/** Density of the standard normal. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/** Four standard deviations of the count of events of probability p among n: a bound that a right law misses 6 in 100,000 times. */
export function countTolerance(n: number, p: number): number {
  return 4 * Math.sqrt(n * p * (1 - p)) + 1;
}
