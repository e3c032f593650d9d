/**
 * What the columns of a layer give on some samples, and what they should -> gain and bias of each that bring the one to the other.
 *
 * What a layer gives behind others errs by what they do, and errors in the regressor attenuate a gain of least squares: it is too
 * small by the share of their variance, and more so with every layer. What the layer should give has no error, so what it gives is
 * regressed on that instead, and the gain is the inverse of the slope: the column's signal then has its right size, whatever errs
 * besides. Slopes and mean errors are known as well as samples agree in them (positions of one sample are much alike), and drawn
 * towards what the columns of the layer have in common as far as they are not.
 */
import { gainLimit } from '../column-correction.ts';
import { shrink } from '../math/shrink.ts';
import type { OutputSums } from './output-sums.ts';

/** Gain and bias by column: better = gain * got + bias. */
export interface Match {
  readonly gain: Float64Array;
  readonly bias: Float64Array;
}

/** @param samples independent of each other; two at least */
export function matchOutputs(samples: readonly OutputSums[]): Match {
  const columns = samples[0]!.wanted.length;
  const fits = Array.from({ length: columns }, (_, o) => fitColumn(samples, o));
  const slopes = shrink(
    Float64Array.from(fits, ({ slope }) => slope),
    Float64Array.from(fits, ({ slopeVariance }) => slopeVariance),
  );
  // In units of what the column's outputs vary by, which differs from column to column.
  const shifts = shrink(
    Float64Array.from(fits, ({ shift, deviation }) => shift / deviation),
    Float64Array.from(fits, ({ shiftVariance, deviation }) => shiftVariance / deviation ** 2),
    0,
  )!;
  const gain = Float64Array.from(fits, (_, o) =>
    Math.min(gainLimit, Math.max(1 / gainLimit, 1 / (slopes?.[o] ?? 1))),
  );
  const bias = Float64Array.from(fits, ({ got, deviation }, o) => {
    const shift = deviation < Number.POSITIVE_INFINITY ? shifts[o]! * deviation : 0;
    return (1 - gain[o]!) * got + shift;
  });
  return { gain, bias };
}

interface ColumnFit {
  /** Of what it gives over what it should. */
  readonly slope: number;
  readonly slopeVariance: number;
  /** Mean of what it should give, less that of what it gives. */
  readonly shift: number;
  readonly shiftVariance: number;
  /** Mean of what it gives. */
  readonly got: number;
  /** Standard deviation of what it should give; infinite where that does not vary, or nothing is known. */
  readonly deviation: number;
}

function fitColumn(samples: readonly OutputSums[], o: number): ColumnFit {
  const total = (of: (sums: OutputSums) => number) => samples.reduce((sum, own) => sum + of(own), 0);
  const count = total((sums) => sums.count);
  const w = total(({ wanted }) => wanted[o]!) / count;
  const y = total(({ got }) => got[o]!) / count;
  const shift = w - y;
  /** About the means of all samples. */
  const squares = (sums: OutputSums) => sums.squares[o]! - 2 * w * sums.wanted[o]! + sums.count * w * w;
  const products = (sums: OutputSums) =>
    sums.products[o]! - w * sums.got[o]! - y * sums.wanted[o]! + sums.count * w * y;
  const [ww, wy] = [total(squares), total(products)];
  const unknown = Number.POSITIVE_INFINITY;
  // A column that gives nothing of what it should, or the wrong way round, tells nothing about its gain.
  if (!(ww > 0 && wy > 0 && Number.isFinite(wy)))
    return { slope: 1, slopeVariance: unknown, shift: 0, shiftVariance: unknown, got: 0, deviation: unknown };
  const slope = wy / ww;
  const more = samples.length / (samples.length - 1);
  const slopeError = total((sums) => (products(sums) - slope * squares(sums)) ** 2);
  const residual = ({ got, wanted, count: own }: OutputSums) =>
    got[o]! - own * y - slope * (wanted[o]! - own * w);
  const shiftError = total((sums) => residual(sums) ** 2);
  return {
    slope,
    slopeVariance: (more * slopeError) / ww ** 2,
    shift,
    shiftVariance: (more * shiftError) / count ** 2,
    got: y,
    deviation: Math.sqrt(ww / count),
  };
}
