/** Two-sided 95 % quantiles of Student's t for 1 to 4 degrees of freedom. */
const studentT = [12.706, 4.303, 3.182, 2.776];

/** Mean with what 95 % of such means would lie in, by Student's t; a single run has none. */
export function meanOf(values: readonly number[], digits = 2): string {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  if (n < 2) return `${mean.toFixed(digits)} (one run)`;
  const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1));
  return `${mean.toFixed(digits)} +- ${((studentT[n - 2]! * spread) / Math.sqrt(n)).toFixed(digits)} (${n} runs)`;
}
