/** The dims of a result for some samples -> the axes of each of them. */

/**
 * The first axis is that of the samples. One sample may have all there is, such as a vector without an axis for the batch.
 * @returns undefined where the result is not one per sample
 */
export function axesOfSample(dims: readonly number[], samples: number): readonly number[] | undefined {
  if (dims[0] === samples) return dims.slice(1);
  return samples === 1 ? dims : undefined;
}
