/**
 * Normalization without learnt gain or bias, forwards and backwards: over the outputs of one input (Ba, Kiros, Hinton,
 * arXiv 1607.06450) or of each output over a batch (Ioffe and Szegedy, ICML 2015). Both give y = (z - mean) / sigma with
 * sigma^2 = variance + epsilon, and take a gradient dy back to
 *
 *   dz = (dy - mean(dy) - y mean(y dy)) / sigma
 *
 * with the means over what was normalized together.
 */
import { type LayerWeights, normalizationEpsilon, runningShare } from './network.ts';

/**
 * Normalizes `count` numbers in place: values[from + k * stride].
 * @returns 1 / sigma
 */
export function normalize(values: Float32Array, from: number, stride: number, count: number): number {
  const end = from + stride * count;
  let sum = 0;
  for (let i = from; i < end; i += stride) sum += values[i]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = from; i < end; i += stride) {
    const deviation = values[i]! - mean;
    squares += deviation * deviation;
  }
  const inverse = 1 / Math.sqrt(squares / count + normalizationEpsilon);
  for (let i = from; i < end; i += stride) values[i] = (values[i]! - mean) * inverse;
  return inverse;
}

/**
 * Takes gradients back through a normalization, in place.
 * @param normalized what `normalize` left
 * @param inverse what it returned
 */
export function denormalize(
  gradients: Float32Array,
  normalized: Float32Array,
  from: number,
  stride: number,
  count: number,
  inverse: number,
): void {
  const end = from + stride * count;
  let sum = 0;
  let along = 0;
  for (let i = from; i < end; i += stride) {
    sum += gradients[i]!;
    along += gradients[i]! * normalized[i]!;
  }
  const mean = sum / count;
  const slope = along / count;
  for (let i = from; i < end; i += stride)
    gradients[i] = (gradients[i]! - mean - normalized[i]! * slope) * inverse;
}

/**
 * Moves the running mean and variance of one output towards those of a batch, before it is normalized.
 * @param values [row][output]
 */
export function updateRunning(
  { runningMean, runningVariance }: LayerWeights,
  values: Float32Array,
  rows: number,
  output: number,
): void {
  const outputs = runningMean.length;
  const end = output + outputs * rows;
  let sum = 0;
  for (let i = output; i < end; i += outputs) sum += values[i]!;
  const own = sum / rows;
  let squares = 0;
  for (let i = output; i < end; i += outputs) squares += (values[i]! - own) ** 2;
  runningMean[output]! += runningShare * (own - runningMean[output]!);
  // Of the population, as it is estimated from a sample of this size.
  runningVariance[output]! += runningShare * (squares / Math.max(1, rows - 1) - runningVariance[output]!);
}

/** Normalizes one row by the running mean and variance, in place. */
export function normalizeByRunning(
  { runningMean, runningVariance }: LayerWeights,
  values: Float32Array,
  from: number,
): void {
  for (let j = 0; j < runningMean.length; j++) {
    const sigma = Math.sqrt(runningVariance[j]! + normalizationEpsilon);
    values[from + j] = (values[from + j]! - runningMean[j]!) / sigma;
  }
}
