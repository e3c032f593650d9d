/**
 * Measurements of a layer -> its corrections by gain and bias alone and with sums of its inputs, and what each leaves of the
 * error on vectors that it was not fitted to: either half of the vectors, which are of different samples, by what the other
 * half gives.
 */
import type { ColumnCorrection, Correction } from '../column-correction.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { fitTerms, type Measurement } from './fit-terms.ts';
import { multiplicationsOf, noSums, type Sums, sumInputs, sumsToTry } from './input-sums.ts';

/** One way of correcting a layer. */
export interface FittedCorrection {
  /** Fitted to all vectors. */
  readonly correction: ColumnCorrection;
  /** Sum of squared errors of its outputs, each by a fit to the other half of the vectors. */
  readonly noise: number;
  /** Digital, per inference. */
  readonly multiplications: number;
}

export interface FittedLayer {
  /** Sum of squared deviations of the wanted outputs from the means of their columns. */
  readonly signal: number;
  /** Of the layer itself, per inference. */
  readonly multiplications: number;
  /** Gain and bias alone first. */
  readonly ways: readonly [FittedCorrection, ...FittedCorrection[]];
}

interface Measured extends Measurement {
  /** Real inputs, [vector][groups * rows]. */
  readonly inputs: Float32Array;
}

/** @param positions products of the layer per inference */
export function fitLayer(
  layer: CrossbarLayer,
  measured: Measured,
  positions: number,
  correction: Correction,
): FittedLayer {
  const { groups, rows, columns } = layer;
  const wayOf = (sums: Sums): FittedCorrection => {
    const all = { ...measured, sums: sumInputs(layer, measured.inputs, sums) };
    const fit = (some: Vectors) => fitTerms(layer, some, sums, some.sums);
    const multiplications = positions * multiplicationsOf(layer, sums);
    return { correction: fit(all), noise: crossNoise(layer, all, fit), multiplications };
  };
  return {
    multiplications: positions * groups * rows * columns,
    signal: signalOf(layer, measured.wanted),
    ways: [wayOf(noSums), ...sumsToTry(layer, measured.inputs, correction).map(wayOf)],
  };
}

interface Vectors extends Measurement {
  /** U^T x, [vector][group][rank]; empty without sums. */
  readonly sums: Float32Array;
}

/** Sum of squared errors of either half of the vectors after the fit to the other. */
function crossNoise(layer: Outputs, all: Vectors, fit: (half: Vectors) => ColumnCorrection): number {
  const [one, other] = halves(layer, all);
  return remaining(layer, other, fit(one)) + remaining(layer, one, fit(other));
}

function halves({ groups, columns }: Outputs, all: Vectors): [Vectors, Vectors] {
  const count = all.measured.length / groups / columns;
  const half = Math.ceil(count / 2);
  const part = (from: number, to: number): Vectors => {
    const cut = (values: Float32Array) =>
      values.subarray((from * values.length) / count, (to * values.length) / count);
    return { measured: cut(all.measured), wanted: cut(all.wanted), sums: cut(all.sums) };
  };
  return [part(0, half), part(half, count)];
}

type Outputs = Pick<CrossbarLayer, 'groups' | 'columns'>;

/** Sum of squared errors after a correction. */
function remaining(
  { groups, columns }: Outputs,
  { measured, wanted, sums }: Vectors,
  { gain, bias, terms }: ColumnCorrection,
): number {
  const outputs = groups * columns;
  let noise = 0;
  for (let first = 0; first < measured.length; first += outputs) {
    for (let o = 0; o < outputs; o++) {
      let error = gain[o]! * measured[first + o]! + bias[o]! - wanted[first + o]!;
      if (terms) {
        const from = Math.floor((first + o) / columns) * terms.rank;
        for (let r = 0; r < terms.rank; r++)
          error += terms.coefficients[o * terms.rank + r]! * sums[from + r]!;
      }
      noise += error ** 2;
    }
  }
  return noise;
}

function signalOf({ groups, columns }: Outputs, wanted: Float32Array): number {
  const outputs = groups * columns;
  const mean = new Float64Array(outputs);
  for (let at = 0; at < wanted.length; at++) mean[at % outputs]! += (wanted[at]! * outputs) / wanted.length;
  return wanted.reduce((sum, value, at) => sum + (value - mean[at % outputs]!) ** 2, 0);
}
