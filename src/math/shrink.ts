/**
 * Estimates of many alike quantities, and the variance of each -> better ones: each is drawn towards the mean of all as far as its
 * own variance is larger than what the quantities differ by. Random effects; their variance by the method of moments
 * (DerSimonian and Laird 1986).
 */
import { sumOf } from './sum.ts';

/** Of an estimate, relative to its size: what floats leave of one that has no error. */
const least = 1e-12;

/**
 * @param variances of the estimates; infinite where there is none
 * @param known mean of the quantities. Default: that of the estimates
 * @returns undefined where there is no estimate at all and no mean is known
 */
export function shrink(
  estimates: Float64Array,
  variances: Float64Array,
  known?: number,
): Float64Array | undefined {
  const held = variances.map((variance, i) => Math.max(variance, least * (1 + estimates[i]! ** 2)));
  const weights = (between: number) => held.map((variance) => 1 / (variance + between));
  const meanBy = (w: Float64Array) => known ?? sumOf(w.map((own, i) => times(own, estimates[i]!))) / sumOf(w);
  const fixed = weights(0);
  const total = sumOf(fixed);
  if (total === 0) return known === undefined ? undefined : estimates.map(() => known);
  const centre = meanBy(fixed);
  const scatter = sumOf(fixed.map((w, i) => times(w, (estimates[i]! - centre) ** 2)));
  const counted = fixed.reduce((n, w) => n + (w > 0 ? 1 : 0), 0);
  const [free, scale] =
    known === undefined ? [counted - 1, total - sumOf(fixed.map((w) => w * w)) / total] : [counted, total];
  const between = scale > 0 ? Math.max(0, (scatter - free) / scale) : 0;
  const mean = meanBy(weights(between));
  return estimates.map((own, i) => {
    const share = between / (between + held[i]!);
    return mean + times(share, own - mean);
  });
}

/** What is no estimate counts nothing, whatever stands in its place. */
function times(weight: number, value: number): number {
  return weight > 0 ? weight * value : 0;
}
