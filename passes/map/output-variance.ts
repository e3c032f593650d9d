/** Rows of a matrix and the calibration vectors that drive them -> how much an output varies over these. */
import { variancesOf } from './input-variances.ts';

/**
 * @param inputs [vector][width]
 * @param first row of the output's group among the inputs
 * @param weights of its rows
 */
export function outputVariance(
  inputs: ArrayLike<number>,
  width: number,
  first: number,
  weights: Float64Array,
): number {
  const outputs = new Float64Array(inputs.length / width);
  for (const [row, weight] of weights.entries())
    for (let v = 0; v < outputs.length; v++) outputs[v]! += weight * inputs[v * width + first + row]!;
  return variancesOf([outputs], 1)[0]!;
}
