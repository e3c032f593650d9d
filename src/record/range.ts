/** Chooses the codes of a layer's input from the distribution of its values over the samples. */
import type { RangePolicy } from '../ir/calibration-record.ts';
import type { InputQuantization } from '../ir/graph.ts';
import { type InputCodes, inputNumber, numberRange, usualBits } from '../ir/input-codes.ts';

/** Counts of values in bins of equal width over [-reach, reach]; reach doubles when a value falls outside. */
export interface Histogram {
  reach: number;
  min: number;
  max: number;
  readonly counts: Float64Array;
}

const binCount = 4096;

export function createHistogram(): Histogram {
  return { reach: 0, min: 0, max: 0, counts: new Float64Array(binCount) };
}

/** Adds values; those between the samples of `stride` count for the extremes only. */
export function addValues(histogram: Histogram, values: Float32Array, stride: number): void {
  let { min, max } = histogram;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  histogram.min = min;
  histogram.max = max;
  const extreme = Math.max(-min, max);
  if (histogram.reach === 0 && extreme > 0) histogram.reach = 2 ** Math.ceil(Math.log2(extreme));
  while (histogram.reach < extreme) widen(histogram);
  const { reach, counts } = histogram;
  if (reach === 0) return;
  const perUnit = binCount / (2 * reach);
  for (let i = 0; i < values.length; i += stride) {
    const bin = Math.min(binCount - 1, Math.floor((values[i]! + reach) * perUnit));
    counts[bin]!++;
  }
}

function widen(histogram: Histogram): void {
  const { counts } = histogram;
  const half = binCount / 2;
  const merged = new Float64Array(binCount);
  for (let bin = 0; bin < binCount; bin++) merged[half / 2 + (bin >> 1)]! += counts[bin]!;
  counts.set(merged);
  histogram.reach *= 2;
}

/**
 * @param policy `minmax`: all values seen; `percentile`: 99.99 % of them; `mse`: the range with the least mean square
 * error of rounding and clipping
 * @param signed two's complement codes around zero; otherwise unsigned codes with a zero point
 * @param bits of a code
 */
export function chooseRange(
  histogram: Histogram,
  policy: RangePolicy,
  signed: boolean,
  bits: number,
): InputQuantization {
  const { min, max } = histogram;
  if (policy === 'minmax') return quantizationOf(min, max, signed, bits);
  if (policy === 'percentile')
    return quantizationOf(
      Math.min(0, Math.max(min, quantile(histogram, 0.0001))),
      Math.max(0, Math.min(max, quantile(histogram, 0.9999))),
      signed,
      bits,
    );
  let best = quantizationOf(min, max, signed, bits);
  let least = Number.POSITIVE_INFINITY;
  for (let share = 100; share >= 20; share -= 2) {
    const candidate = quantizationOf((min * share) / 100, (max * share) / 100, signed, bits);
    const error = squareError(histogram, candidate);
    if (error < least) {
      least = error;
      best = candidate;
    }
  }
  return best;
}

/** Most bits that are chosen: the weights of a layer, of 8 bits, leave 48 dB, and inputs of so many bits more. */
const mostBits = 12;
/** dB of the variance of inputs over the error of their codes. At 8 bits most layers keep more, and those behind a hard-swish less. */
const enough = 42;

/** The range with the fewest bits, from the usual ones on, that leave enough of how the values vary. */
export function chooseBits(histogram: Histogram, policy: RangePolicy, signed: boolean): InputQuantization {
  const variation = varianceOf(histogram);
  for (let bits = usualBits; ; bits++) {
    const range = chooseRange(histogram, policy, signed, bits);
    const noise = 10 ** (-enough / 10) * variation;
    if (bits === mostBits || squareError(histogram, range) <= noise) return range;
  }
}

/** Times the number of values. */
function varianceOf(histogram: Histogram): number {
  let [count, sum, squares] = [0, 0, 0];
  for (let bin = 0; bin < binCount; bin++) {
    const [own, value] = [histogram.counts[bin]!, centre(histogram, bin)];
    count += own;
    sum += own * value;
    squares += own * value ** 2;
  }
  return count === 0 ? 0 : squares - sum ** 2 / count;
}

/** Codes that span [min, max], which holds zero; zero is a code. */
export function quantizationOf(min: number, max: number, signed: boolean, bits: number): InputQuantization {
  if (signed)
    return { scale: Math.fround(Math.max(-min, max) / (2 ** (bits - 1) - 1)) || 1, zero: 0, signed, bits };
  const top = 2 ** bits - 1;
  const scale = Math.fround((max - min) / top) || 1;
  return { scale, zero: Math.min(top, Math.max(0, Math.round(-min / scale))), signed, bits };
}

function quantile(histogram: Histogram, share: number): number {
  const total = histogram.counts.reduce((a, b) => a + b, 0);
  let seen = 0;
  for (let bin = 0; bin < binCount; bin++) {
    seen += histogram.counts[bin]!;
    if (seen >= share * total) return centre(histogram, bin);
  }
  return histogram.max;
}

function centre(histogram: Histogram, bin: number): number {
  return ((bin + 0.5) / binCount) * 2 * histogram.reach - histogram.reach;
}

function squareError(histogram: Histogram, quantization: InputQuantization): number {
  const { scale } = quantization;
  const [low, high] = numberRange(quantization);
  const rounding = (scale * scale) / 12;
  let error = 0;
  for (let bin = 0; bin < binCount; bin++) {
    const count = histogram.counts[bin]!;
    if (count === 0) continue;
    const number = centre(histogram, bin) / scale;
    const beyond = number < low ? low - number : number > high ? number - high : 0;
    error += count * (beyond > 0 ? (beyond * scale) ** 2 : rounding);
  }
  return error;
}

/** Writes the codes of real values, as QuantizeLinear computes them; a signed code in two's complement. */
export function quantizeInto(codes: InputCodes, values: Float32Array, quantization: InputQuantization): void {
  const { scale, zero, bits } = quantization;
  const [least, most] = numberRange(quantization);
  const [low, high] = [least + zero, most + zero];
  const mask = 2 ** bits - 1;
  for (let i = 0; i < values.length; i++) {
    // Doubles of this size have no fraction: adding it rounds half to even, taking it off gives the integer.
    const code = Math.fround(values[i]! / scale) + 1.5 * 2 ** 52 - 1.5 * 2 ** 52 + zero;
    codes[i] = (code < low ? low : code > high ? high : code) & mask;
  }
}

/** The real values of all codes. */
export function realsOf(quantization: InputQuantization): Float64Array {
  return Float64Array.from(
    { length: 2 ** quantization.bits },
    (_, code) => quantization.scale * inputNumber(code, quantization),
  );
}
