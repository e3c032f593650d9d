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
  const outputs = groups * columns;
  const count = measured.length / outputs;
  const { rank } = terms;
  const gain = new Float32Array(outputs);
  const bias = new Float32Array(outputs);
  const coefficients = new Float32Array(outputs * rank);
  const series = (values: Float32Array, width: number, at: number) =>
    standardized(Float64Array.from({ length: count }, (_, v) => values[v * width + at]!));
  for (let group = 0; group < groups; group++) {
    const regressors = Array.from({ length: rank }, (_, r) => series(sums, groups * rank, group * rank + r));
    for (let o = group * columns; o < (group + 1) * columns; o++) {
      const own = series(measured, outputs, o);
      const aim = series(wanted, outputs, o);
      const free = regress(aim, own, [own, ...regressors]);
      gain[o] = Math.min(gainLimit, Math.max(1 / gainLimit, 1 + free[0]!));
      // Where the gain may not be what was fitted, the sums are fitted to what it leaves.
      const held = Math.abs(gain[o]! - 1 - free[0]!) > 1e-6;
      const fitted = held ? regress(aim, scaled(own, gain[o]!), regressors) : free.subarray(1);
      bias[o] = aim.mean - gain[o]! * own.mean;
      for (const [r, sum] of regressors.entries()) {
        coefficients[o * rank + r] = fitted[r]!;
        bias[o]! -= fitted[r]! * sum.mean;
      }
    }
  }
  return { gain, bias, terms: { ...terms, coefficients } };
}

/** Numbers as mean and deviation times values of mean 0 and mean square 1; all 0 where they do not vary. */
interface Series {
  readonly mean: number;
  readonly deviation: number;
  readonly values: Float64Array;
}

function standardized(numbers: Float64Array): Series {
  const { length } = numbers;
  const mean = numbers.reduce((sum, x) => sum + x / length, 0);
  const deviation = Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2 / length, 0));
  // Sums of equal numbers differ in their last digits.
  const varies = deviation > 1e-9 * Math.abs(mean);
  return { mean, deviation, values: numbers.map((x) => (varies ? (x - mean) / deviation : 0)) };
}

const scaled = (series: Series, factor: number): Series => ({
  ...series,
  deviation: series.deviation * factor,
});

/** Coefficients of the regressors that bring `from` closest to `aim`, but for means. */
function regress(aim: Series, from: Series, regressors: readonly Series[]): Float64Array {
  const n = regressors.length;
  const { length } = aim.values;
  const matrix = new Float64Array(n * n);
  const right = new Float64Array(n);
  for (const [i, { values }] of regressors.entries()) {
    for (let j = 0; j <= i; j++) {
      matrix[i * n + j] = product(values, regressors[j]!.values) / length;
      matrix[j * n + i] = matrix[i * n + j]!;
    }
    right[i] =
      (aim.deviation * product(values, aim.values) - from.deviation * product(values, from.values)) / length;
  }
  const solved = solveRidge(matrix, right, ridge);
  return solved.map((value, i) => (regressors[i]!.deviation > 0 ? value / regressors[i]!.deviation : 0));
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
