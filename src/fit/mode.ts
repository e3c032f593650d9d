/** What is most probable for the own numbers of one device, and its likelihood over all that these can be, by Laplace's method. */
import { Matrix } from 'ml-matrix';
import { type Innovations, informationOf, logLikelihoodOf } from './scores.ts';
import { areFinite, cholesky, columnOf, dot, inverted, logDeterminant, matrixOf } from './small-matrices.ts';

/** How own numbers are spread over devices. */
export interface Over {
  readonly mean: readonly number[];
  readonly covariance: readonly (readonly number[])[];
}

/** Steps towards what is most probable for a device, and what one has to gain. */
const mostOwn = 25;
const leastOwn = 1e-7;

/** What is most probable for a device, and its likelihood over all that its own numbers can be. */
export function modeOf(
  innovations: (own: readonly number[]) => Innovations,
  { mean, covariance }: Over,
  from: readonly number[],
): { readonly own: readonly number[]; readonly logLikelihood: number } {
  if (mean.length === 0) return { own: [], logLikelihood: logLikelihoodOf(innovations([])) };
  const spread = matrixOf(covariance);
  if (!areFinite(spread) || !mean.every(Number.isFinite)) return { own: from, logLikelihood: Number.NaN };
  const factor = cholesky(spread);
  const prior = inverted(spread);
  const axes = mean.map((_, i) => i);
  const valueAt = (own: readonly number[]) => {
    const q = columnOf(own.map((value, i) => value - mean[i]!));
    return logLikelihoodOf(innovations(own)) - 0.5 * dot(q, prior.mmul(q));
  };
  let own = from;
  let value = valueAt(own);
  let information = Matrix.zeros(own.length, own.length);
  for (let i = 0; i < mostOwn; i++) {
    const score = informationOf(innovations, own, axes);
    information = score.information;
    const q = columnOf(own.map((each, j) => each - mean[j]!));
    const slope = Matrix.sub(columnOf(score.gradient), prior.mmul(q));
    const step = inverted(Matrix.add(information, prior)).mmul(slope);
    if (dot(step, slope) < leastOwn) break;
    let part = 1;
    let next = own;
    let nextValue = Number.NEGATIVE_INFINITY;
    for (; part > 1e-3; part /= 2) {
      next = own.map((each, j) => each + part * step.get(j, 0));
      nextValue = valueAt(next);
      if (nextValue >= value) break;
    }
    if (!(nextValue >= value)) break;
    const gained = nextValue - value;
    [own, value] = [next, nextValue];
    if (gained < leastOwn) break;
  }
  // |I + A S| = |I + L' A L| with S = L L', which is symmetric.
  const inner = Matrix.add(Matrix.eye(own.length), factor.transpose().mmul(information).mmul(factor));
  return { own, logLikelihood: value - 0.5 * logDeterminant(inner) };
}

/**
 * What a device's readings say of a law whose parameters are known, over all that its own numbers can be.
 * Louder noise leads from further away to what is most probable, and is taken away bit by bit.
 * @param noises how many of the first shared numbers are logarithms of noise
 */
export function likelihoodOf(
  device: (shared: readonly number[], own: readonly number[]) => Innovations,
  shared: readonly number[],
  noises: number,
  over: Over,
): { readonly own: readonly number[]; readonly logLikelihood: number } {
  const nearer = louder.reduce((from, more) => {
    const loud = shared.map((value, i) => (i < noises ? value + more : value));
    return modeOf((own) => device(loud, own), over, from).own;
  }, over.mean);
  return modeOf((own) => device(shared, own), over, nearer);
}

/** Logarithms of factors on noise. */
const louder = [3, 2, 1];
