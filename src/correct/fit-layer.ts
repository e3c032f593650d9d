/**
 * Measurements of a layer -> its corrections by gain and bias alone and with sums of its inputs, and what each leaves of the
 * error on vectors that it was not fitted to: either half of the vectors, which are of different samples, by what the other
 * half gives.
 */
import type { ColumnCorrection, Correction } from '../column-correction.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { fitColumns } from './fit-columns.ts';
import { fitTerms, type Measurement } from './fit-terms.ts';
import { multiplicationsOf, type Sums, sumInputs, sumsToTry } from './input-sums.ts';

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
  const plain: FittedCorrection = {
    correction: fitColumns(layer, measured.measured, measured.wanted),
    noise: 0,
    multiplications: 0,
  };
  const size = { multiplications: positions * groups * rows * columns };
  const tried = sumsToTry(layer, measured.inputs, correction);
  if (tried.length === 0) return { ...size, signal: 0, ways: [plain] };
  const [one, other] = halves(layer, measured);
  const crossNoise = (fit: (half: Measured) => ColumnCorrection) =>
    remaining(layer, other, fit(one)) + remaining(layer, one, fit(other));
  const withSums = (sums: Sums): FittedCorrection => {
    const fit = (some: Measured) => fitTerms(layer, some, sums, sumInputs(layer, some.inputs, sums));
    const multiplications = positions * multiplicationsOf(layer, sums);
    return { correction: fit(measured), noise: crossNoise(fit), multiplications };
  };
  const noise = crossNoise((half) => fitColumns(layer, half.measured, half.wanted));
  return {
    ...size,
    signal: signalOf(layer, measured.wanted),
    ways: [{ ...plain, noise }, ...tried.map(withSums)],
  };
}

function halves({ groups, rows, columns }: CrossbarLayer, all: Measured): [Measured, Measured] {
  const count = all.inputs.length / groups / rows;
  const part = (from: number, to: number): Measured => {
    const cut = (values: Float32Array, width: number) => values.subarray(from * width, to * width);
    return {
      measured: cut(all.measured, groups * columns),
      wanted: cut(all.wanted, groups * columns),
      inputs: cut(all.inputs, groups * rows),
    };
  };
  const half = Math.ceil(count / 2);
  return [part(0, half), part(half, count)];
}

/** Sum of squared errors after a correction. */
function remaining(
  layer: CrossbarLayer,
  { measured, wanted, inputs }: Measured,
  { gain, bias, terms }: ColumnCorrection,
): number {
  const outputs = layer.groups * layer.columns;
  const sums = terms && sumInputs(layer, inputs, terms);
  let noise = 0;
  for (let at = 0; at < measured.length; at++) {
    const o = at % outputs;
    let error = gain[o]! * measured[at]! + bias[o]! - wanted[at]!;
    if (terms) {
      const first = Math.floor(at / layer.columns) * terms.rank;
      for (let r = 0; r < terms.rank; r++)
        error += terms.coefficients[o * terms.rank + r]! * sums![first + r]!;
    }
    noise += error ** 2;
  }
  return noise;
}

function signalOf({ groups, columns }: CrossbarLayer, wanted: Float32Array): number {
  const outputs = groups * columns;
  const mean = new Float64Array(outputs);
  for (let at = 0; at < wanted.length; at++) mean[at % outputs]! += (wanted[at]! * outputs) / wanted.length;
  return wanted.reduce((sum, value, at) => sum + (value - mean[at % outputs]!) ** 2, 0);
}
