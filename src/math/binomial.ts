/** The binomial distribution: a number of trials and a chance -> how likely a count is. */

/** Probability of `count` successes or more in `trials` independent trials of this chance. */
export function binomialTail(trials: number, count: number, chance: number): number {
  if (count <= 0) return 1;
  if (chance <= 0) return 0;
  if (chance >= 1) return count <= trials ? 1 : 0;
  let sum = 0;
  let ways = 0;
  for (let k = 0; k <= trials; k++) {
    if (k > 0) ways += Math.log(trials - k + 1) - Math.log(k);
    if (k >= count) sum += Math.exp(ways + k * Math.log(chance) + (trials - k) * Math.log1p(-chance));
  }
  return sum;
}
