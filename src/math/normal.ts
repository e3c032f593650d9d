/** The standard normal distribution, by the series of Marsaglia (J. Stat. Softw. 11(4), 2004): right to about 1e-15. */

/** Beyond so many standard deviations the tail is below the last digit of 1. */
const reach = 8.3;

/** Density of the standard normal. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/** Probability that a standard normal is below x: 1/2 + density(x) (x + x^3 / 3 + x^5 / (3 5) + ...). */
export function normalBelow(x: number): number {
  if (x > reach) return 1;
  if (x < -reach) return 0;
  let sum = x;
  let term = x;
  for (let k = 3; Math.abs(term) > Math.abs(sum) * Number.EPSILON; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  // The last digits of a far tail are rounding, and may lie below nothing.
  return Math.min(1, Math.max(0, 0.5 + normalDensity(x) * sum));
}
