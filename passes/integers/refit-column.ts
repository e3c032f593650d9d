/**
 * Moves the real weights of a column before they are rounded, so that a chip's outputs come out closer to the float layer's. The
 * largest weight sets the step, and with it what all cells err by: it becomes smaller where the others can make up for it. With
 * S the covariance of the inputs, w the weights and c the largest that is allowed, the new weights v minimize
 *
 *   (v - w)^T S (v - w) + sum_r d_r (c / weightMax)^2 noise(v_r weightMax / c)        |v_r| <= c,  w^T S v = w^T S w
 *
 * where noise is the variance of what cells hold instead of an integer, and d_r = S_rr - (S w)_r^2 / (w^T S w) what of a row's
 * variance the gain that is fitted on a chip does not make up for. For one c this is solved as a ridge regression within bounds,
 * weight by weight, and what it shrinks the signal by is given back; c is searched over. Rows make up for each other within
 * spans, as when weights are rounded.
 */
import type { Span } from '../../src/kernels/input-covariance.ts';

/** Variance of what cells hold instead of an integer, in steps squared, at integer + weightMax. */
export type IntegerNoise = Float64Array;

/** From one bound to the next. */
const shrink = 0.85;
const mostBounds = 10;
/** Bounds that are tried beyond the best. */
const patience = 1;
/** For one bound: the next goes on from there. */
const mostSweeps = 30;
/** Of a step: weights that move by less have settled. */
const settled = 0.05;

/** Inputs of one group's rows, and what its cells err by. */
export interface Fit {
  /** S of every span, [row][row]. */
  readonly spans: readonly {
    readonly start: number;
    readonly rows: number;
    readonly products: Float64Array;
  }[];
  /** S_rr of every row. */
  readonly variances: Float64Array;
  readonly noise: IntegerNoise;
  readonly weightMax: number;
  /** Growth of the noise with the square of the integer. */
  readonly ridge: number;
}

/** @param rows of the group; the spans hold them all */
export function openFit(spans: readonly Span[], rows: number, noise: IntegerNoise): Fit {
  const variances = new Float64Array(rows);
  const mirrored = spans.map(({ start, covariance }) => {
    const length = Math.sqrt(covariance.length);
    const products = new Float64Array(covariance.length);
    for (let i = 0; i < length; i++) {
      variances[start + i] = covariance[i * length + i]!;
      for (let j = i; j < length; j++)
        products[i * length + j] = products[j * length + i] = covariance[i * length + j]!;
    }
    return { start, rows: length, products };
  });
  const weightMax = (noise.length - 1) / 2;
  return { spans: mirrored, variances, noise, weightMax, ridge: squareGrowth(noise) };
}

/**
 * @param w weights of a column
 * @returns the weights that are expected to do best, the same where no others are; the largest becomes the largest integer
 */
export function refitColumn(fit: Fit, w: Float64Array): Float64Array {
  const { spans, variances, ridge, weightMax } = fit;
  const wanted = timesCovariance(fit, w);
  const signal = dot(w, wanted);
  if (signal <= 0) return w;
  const unfitted = beyondGain(fit, wanted, signal);
  const v = w.slice();
  // S w - (S + ridge) v
  const left = w.map((x, row) => -ridge * variances[row]! * x);
  const largest = largestOf(w);
  let best = w;
  let least = noiseOf(fit, unfitted, w, largest / weightMax);
  for (let tried = 0, since = 0; tried < mostBounds && since <= patience; tried++, since++) {
    const bound = largest * shrink ** tried;
    for (const span of spans) descend(span, fit, v, left, bound);
    const reached = v.map((x, row) => wanted[row]! - left[row]! - ridge * variances[row]! * x);
    const gain = signal / dot(v, wanted);
    // No weights are found whose outputs go the right way.
    if (!(gain > 0 && gain < Number.POSITIVE_INFINITY)) break;
    const error = dot(v, reached) - signal / gain ** 2 + noiseOf(fit, unfitted, v, largestOf(v) / weightMax);
    if (gain ** 2 * error >= least) continue;
    least = gain ** 2 * error;
    best = v.map((x) => x * gain);
    since = -1;
  }
  return best;
}

/**
 * Variance of a column's output over inputs and chips, less that of the float layer's, where these weights are held in place of
 * w; in weights squared times inputs squared.
 * @param step of the integers that hold them
 */
export function expectedError(fit: Fit, w: Float64Array, held: Float64Array, step: number): number {
  const wanted = timesCovariance(fit, w);
  const off = held.map((x, row) => x - w[row]!);
  const unfitted = beyondGain(fit, wanted, dot(w, wanted));
  return dot(off, timesCovariance(fit, off)) + noiseOf(fit, unfitted, held, step);
}

/** d_r above. */
function beyondGain({ variances }: Fit, wanted: Float64Array, signal: number): Float64Array {
  return variances.map((x, row) => (signal > 0 ? Math.max(0, x - wanted[row]! ** 2 / signal) : x));
}

function noiseOf(
  { noise, weightMax }: Fit,
  unfitted: Float64Array,
  weights: Float64Array,
  step: number,
): number {
  if (step === 0) return 0;
  let sum = 0;
  for (const [row, x] of weights.entries()) sum += unfitted[row]! * noise[Math.round(x / step) + weightMax]!;
  return sum * step ** 2;
}

/** Coordinate descent over a span's weights, from where they are. @param left kept up to date */
function descend(
  { start, rows, products }: Fit['spans'][number],
  { variances, ridge, weightMax }: Fit,
  v: Float64Array,
  left: Float64Array,
  bound: number,
): void {
  const least = (settled * bound) / weightMax;
  for (let sweep = 0, moved = true; sweep < mostSweeps && moved; sweep++) {
    moved = false;
    for (let row = 0; row < rows; row++) {
      const at = start + row;
      const own = (1 + ridge) * variances[at]!;
      const free = own === 0 ? v[at]! : v[at]! + left[at]! / own;
      const change = Math.max(-bound, Math.min(bound, free)) - v[at]!;
      if (change === 0 || (Math.abs(change) < least && Math.abs(v[at]!) <= bound)) continue;
      v[at]! += change;
      for (let j = 0, p = row * rows; j < rows; j++, p++) left[start + j]! -= products[p]! * change;
      left[at]! -= ridge * variances[at]! * change;
      moved = true;
    }
  }
}

function timesCovariance({ spans }: Fit, x: Float64Array): Float64Array {
  const result = new Float64Array(x.length);
  for (const { start, rows, products } of spans) {
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < rows; j++) sum += products[i * rows + j]! * x[start + j]!;
      result[start + i] = sum;
    }
  }
  return result;
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

const largestOf = (x: Float64Array): number => x.reduce((most, one) => Math.max(most, Math.abs(one)), 0);

/** b of the parabola a + b i^2 that comes closest to the noise of the integers i, where it grows. */
function squareGrowth(noise: IntegerNoise): number {
  const middle = (noise.length - 1) / 2;
  const squares = noise.map((_, at) => (at - middle) ** 2);
  const mean = squares.reduce((sum, x) => sum + x, 0) / noise.length;
  const [along, square] = noise.reduce(
    ([a, b], y, at) => [a + (squares[at]! - mean) * y, b + (squares[at]! - mean) ** 2] as const,
    [0, 0] as readonly [number, number],
  );
  return square > 0 ? Math.max(0, along / square) : 0;
}
