/**
 * Scores of observations whose distribution is known at some parameters: normal numbers, one by one or as vectors with a
 * covariance. Derivatives by the parameters are central differences.
 */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Score } from './maximize.ts';

const logTwoPi = Math.log(2 * Math.PI);
const shift = 1e-5;

/** How something changes with every parameter. */
function slopes<T, D>(
  of: (parameters: readonly number[]) => T,
  at: readonly number[],
  between: (high: T, low: T, width: number) => D,
): D[] {
  return at.map((value, i) => {
    const h = shift * Math.max(1, Math.abs(value));
    const moved = (by: number) => of(at.map((other, j) => (j === i ? value + by : other)));
    return between(moved(h), moved(-h), 2 * h);
  });
}

/** Numbers by how far each is off its expectation, and its variance; each where those before it are known. */
export interface Innovations {
  readonly off: Float64Array;
  readonly variance: Float64Array;
}

export function logLikelihoodOf({ off, variance }: Innovations): number {
  let sum = 0;
  for (let i = 0; i < off.length; i++)
    sum -= 0.5 * (logTwoPi + Math.log(variance[i]!) + off[i]! ** 2 / variance[i]!);
  return sum;
}

export function scoreOfInnovations(
  of: (parameters: readonly number[]) => Innovations,
  at: readonly number[],
): Score {
  const here = of(at);
  const difference = (high: Float64Array, low: Float64Array, width: number) =>
    high.map((value, i) => (value - low[i]!) / width);
  const change = slopes(of, at, (high, low, width) => ({
    off: difference(high.off, low.off, width),
    variance: difference(high.variance, low.variance, width),
  }));
  const n = here.off.length;
  const gradient = change.map((by) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const [e, v] = [here.off[i]!, here.variance[i]!];
      sum += -(e * by.off[i]!) / v - (0.5 * by.variance[i]! * (1 - (e * e) / v)) / v;
    }
    return sum;
  });
  const information = change.map((a) =>
    change.map((b) => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const v = here.variance[i]!;
        sum += (a.off[i]! * b.off[i]!) / v + (0.5 * a.variance[i]! * b.variance[i]!) / (v * v);
      }
      return sum;
    }),
  );
  return { logLikelihood: logLikelihoodOf(here), gradient, information };
}

/** Shift of one-sided differences. */
const oneSided = 1e-6;

/**
 * Gradient of the likelihood and expected information by some of the parameters, by one-sided differences: half the work of
 * scoreOfInnovations, and off by half a shift.
 */
export function informationOf(
  of: (parameters: readonly number[]) => Innovations,
  at: readonly number[],
  axes: readonly number[],
): { readonly gradient: readonly number[]; readonly information: Matrix } {
  const here = of(at);
  const n = here.off.length;
  const moved = axes.map((axis) => of(at.with(axis, at[axis]! + oneSided)));
  const count = axes.length;
  const gradient = axes.map(() => 0);
  const sums = new Float64Array(count * count);
  const [off, variance] = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < n; i++) {
    const [e, v] = [here.off[i]!, here.variance[i]!];
    for (let a = 0; a < count; a++) {
      off[a] = (moved[a]!.off[i]! - e) / oneSided;
      variance[a] = (moved[a]!.variance[i]! - v) / oneSided;
      gradient[a]! -= (e * off[a]!) / v + (0.5 * variance[a]! * (1 - (e * e) / v)) / v;
      for (let b = 0; b <= a; b++)
        sums[a * count + b]! += (off[a]! * off[b]!) / v + (0.5 * variance[a]! * variance[b]!) / (v * v);
    }
  }
  const information = Matrix.zeros(count, count);
  for (let a = 0; a < count; a++)
    for (let b = 0; b <= a; b++) {
      information.set(a, b, sums[a * count + b]!);
      information.set(b, a, sums[a * count + b]!);
    }
  return { gradient, information };
}

/** A vector by how far it is off its expectation, and its covariance. */
export interface Block {
  readonly off: readonly number[];
  readonly covariance: readonly (readonly number[])[];
}

export function logLikelihoodOfBlock({ off, covariance }: Block): number {
  if (off.length === 0) return 0;
  const factor = new CholeskyDecomposition(new Matrix(covariance.map((row) => [...row])));
  if (!factor.isPositiveDefinite()) return Number.NEGATIVE_INFINITY;
  const e = Matrix.columnVector([...off]);
  const lower = factor.lowerTriangularMatrix;
  let logDeterminant = 0;
  for (let i = 0; i < off.length; i++) logDeterminant += 2 * Math.log(lower.get(i, i));
  return -0.5 * (off.length * logTwoPi + logDeterminant + e.transpose().mmul(factor.solve(e)).get(0, 0));
}

export function scoreOfBlock(of: (parameters: readonly number[]) => Block, at: readonly number[]): Score {
  const here = of(at);
  const logLikelihood = logLikelihoodOfBlock(here);
  const zero = { gradient: at.map(() => 0), information: at.map(() => at.map(() => 0)) };
  if (here.off.length === 0 || !Number.isFinite(logLikelihood)) return { logLikelihood, ...zero };
  const matrix = (rows: readonly (readonly number[])[]) => new Matrix(rows.map((row) => [...row]));
  const inverse = new CholeskyDecomposition(matrix(here.covariance)).solve(Matrix.eye(here.off.length));
  const weighted = inverse.mmul(Matrix.columnVector([...here.off]));
  const change = slopes(of, at, (high, low, width) => ({
    off: Matrix.columnVector(high.off.map((value, i) => (value - low.off[i]!) / width)),
    relative: inverse.mmul(Matrix.sub(matrix(high.covariance), matrix(low.covariance)).div(width)),
  }));
  const gradient = change.map(({ off, relative }) => {
    const mean = -off.transpose().mmul(weighted).get(0, 0);
    const spread = Matrix.columnVector([...here.off])
      .transpose()
      .mmul(relative)
      .mmul(weighted)
      .get(0, 0);
    return mean + 0.5 * (spread - relative.trace());
  });
  const information = change.map((a) =>
    change.map(
      (b) =>
        a.off.transpose().mmul(inverse).mmul(b.off).get(0, 0) + 0.5 * a.relative.mmul(b.relative).trace(),
    ),
  );
  return { logLikelihood, gradient, information };
}

/** Sum of the squares of a vector's parts in their own standard deviations, once these are made independent. */
export function residualsOfBlock({ off, covariance }: Block): number {
  const e = Matrix.columnVector([...off]);
  const factor = new CholeskyDecomposition(new Matrix(covariance.map((row) => [...row])));
  return e.transpose().mmul(factor.solve(e)).get(0, 0);
}
