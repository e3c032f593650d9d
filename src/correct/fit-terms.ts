/**
 * What a layer measures, what it should, and sums of its inputs -> gain, coefficients of the sums, and bias of every column.
 * Nine neighbouring inputs of a depthwise layer are almost equal, so the errors of its cells add up to their sum times the
 * local mean: neither a gain nor a bias, but a coefficient of the sum of the inputs.
 *
 * Outputs and sums are nearly collinear at times. So deviations from what was compiled are fitted, gain - 1 and the
 * coefficients, by ridge regression on standardized regressors: what the vectors do not tell stays as it was compiled.
 */
import { type ColumnCorrection, gainLimit, type InputTerms } from '../column-correction.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { solveRidge } from '../math/solve-ridge.ts';

/** Weight of no correction, in shares of the vectors: a thousandth where two regressors differ in 0.1 % of their variance. */
const ridge = 1e-6;

/** Of the calibration vectors. */
export interface Measurement {
  /** Outputs of the programmed layer, [vector][group][column]. */
  readonly measured: Float32Array;
  /** Outputs of its integers without a chip. */
  readonly wanted: Float32Array;
}

/** @param sums U^T x of every vector, [vector][group][rank] */
export function fitTerms(
  { groups, columns }: Pick<CrossbarLayer, 'groups' | 'columns'>,
  { measured, wanted }: Measurement,
  terms: Omit<InputTerms, 'coefficients'>,
  sums: Float32Array,
): ColumnCorrection {
  const { rank } = terms;
  const outputs = groups * columns;
  const [y, w, z] = [means(measured, outputs), means(wanted, outputs), means(sums, groups * rank)];
  const from = { values: measured, means: y };
  const aim = { values: wanted, means: w };
  const regressors = { values: sums, means: z };
  const yy = products(from, from, 1, (o) => o);
  const wy = products(aim, from, 1, (o) => o);
  const group = (o: number) => Math.floor(o / columns) * rank;
  const yz = products(from, regressors, rank, group);
  const wz = products(aim, regressors, rank, group);
  const zz = products(regressors, regressors, rank, (s) => s - (s % rank));
  const gain = new Float32Array(outputs);
  const bias = new Float32Array(outputs);
  const coefficients = new Float32Array(outputs * rank);
  for (let o = 0; o < outputs; o++) {
    const own = zz.subarray(group(o) * rank, (group(o) + rank) * rank);
    const withY = bordered(yy[o]!, yz.subarray(o * rank, (o + 1) * rank), own);
    const right = Float64Array.of(wy[o]! - yy[o]!, ...differences(wz, yz, o, rank, 1));
    const free = regress(withY, right);
    // A column that does not respond, or responds the wrong way round, tells nothing about its gain.
    gain[o] = wy[o]! > 0 ? Math.min(gainLimit, Math.max(1 / gainLimit, 1 + free[0]!)) : 1;
    // Where the gain may not be what was fitted, the sums are fitted to what it leaves.
    const held = Math.abs(gain[o]! - 1 - free[0]!) > 1e-6;
    const fitted = held ? regress(own, differences(wz, yz, o, rank, gain[o]!)) : free.subarray(1);
    coefficients.set(fitted, o * rank);
    bias[o] = w[o]! - gain[o]! * y[o]!;
    for (let r = 0; r < rank; r++) bias[o]! -= fitted[r]! * z[group(o) + r]!;
  }
  return { gain, bias, ...(rank > 0 && { terms: { ...terms, coefficients } }) };
}

/** Values of all vectors, [vector][width], and the mean of each. */
interface Series {
  readonly values: Float32Array;
  readonly means: Float64Array;
}

function means(values: Float32Array, width: number): Float64Array {
  const sum = new Float64Array(width);
  for (let at = 0; at < values.length; at += width)
    for (let i = 0; i < width; i++) sum[i]! += values[at + i]!;
  return sum.map((total) => (total * width) / values.length);
}

/** Means of the products of deviations: of every value of `a` with the `count` values of `b` from `first` on. */
function products(a: Series, b: Series, count: number, first: (index: number) => number): Float64Array {
  if (count === 0) return new Float64Array(0);
  const [ofA, ofB] = [a.means.length, b.means.length];
  const firsts = Int32Array.from({ length: ofA }, (_, i) => first(i));
  const sum = new Float64Array(ofA * count);
  const vectors = a.values.length / ofA;
  for (let v = 0; v < vectors; v++) {
    for (let i = 0; i < ofA; i++) {
      const x = a.values[v * ofA + i]! - a.means[i]!;
      const from = firsts[i]!;
      for (let r = 0; r < count; r++)
        sum[i * count + r]! += x * (b.values[v * ofB + from + r]! - b.means[from + r]!);
    }
  }
  return sum.map((total) => total / vectors);
}

/** What the sums share with what a gain leaves of the aim. */
function differences(
  wz: Float64Array,
  yz: Float64Array,
  o: number,
  rank: number,
  gain: number,
): Float64Array {
  return Float64Array.from({ length: rank }, (_, r) => wz[o * rank + r]! - gain * yz[o * rank + r]!);
}

/** A matrix with one row and column before it. */
function bordered(corner: number, edge: Float64Array, inner: Float64Array): Float64Array {
  const n = edge.length + 1;
  const matrix = Float64Array.of(corner, ...edge, ...new Float64Array(n * n - n));
  for (let i = 1; i < n; i++) {
    matrix[i * n] = edge[i - 1]!;
    matrix.set(inner.subarray((i - 1) * (n - 1), i * (n - 1)), i * n + 1);
  }
  return matrix;
}

/** Coefficients by moments of regressors, and of these with the aim; a regressor that does not vary has 0. */
function regress(moments: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  const scale = Float64Array.from(
    { length: n },
    (_, i) => Math.sqrt(moments[i * n + i]!) || Number.POSITIVE_INFINITY,
  );
  const standardized = moments.map((value, at) => value / scale[Math.floor(at / n)]! / scale[at % n]!);
  const solved = solveRidge(
    standardized,
    right.map((value, i) => value / scale[i]!),
    ridge,
  );
  return solved.map((value, i) => value / scale[i]!);
}
