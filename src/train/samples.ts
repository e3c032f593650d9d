/** Labelled inputs in memory, and the order in which an epoch takes them. */
import { openStream } from '../math/random.ts';

export interface Samples {
  readonly count: number;
  /** [sample][input]; the network sees them times `scale`. Bytes of images stay bytes. */
  readonly inputs: Float32Array | Uint8Array;
  readonly scale: number;
  /** Class of every sample, from 0. */
  readonly labels: ArrayLike<number>;
}

/** Copies a sample's inputs into a row of numbers. */
export function readSample(
  { inputs, scale }: Samples,
  sample: number,
  width: number,
  out: Float32Array,
  from: number,
): void {
  const first = sample * width;
  for (let i = 0; i < width; i++) out[from + i] = scale * inputs[first + i]!;
}

/** The samples of an epoch in their order: a permutation of 0 to count - 1, by Fisher and Yates, keyed by seed and epoch. */
export function epochOrder(seed: number, epoch: number, count: number): Uint32Array {
  const stream = openStream(seed, 'train-order', epoch);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(stream.uniform() * (i + 1));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

/** Those from number `first` on, `most` at most, in the same memory. @param width inputs of a sample */
export function samplesOf(samples: Samples, width: number, first: number, most: number): Samples {
  const count = Math.min(most, samples.count - first);
  return {
    count,
    inputs: samples.inputs.subarray(first * width, (first + count) * width),
    scale: samples.scale,
    labels: Int32Array.from({ length: count }, (_, i) => samples.labels[first + i]!),
  };
}
