/** Whether a sample fits a model's input, and with which dims it is fed. */
import { sizeOf } from '../math/tensor.ts';

/** Dims of a model's input, batch first; a symbolic or unknown dimension is a string or undefined. */
export type InputDims = readonly (number | string | undefined)[];

/** The order of the axes of images. */
export type Layout = 'NCHW' | 'NHWC';

/** Length of an axis where the model fixes it. */
export function fixedLength(dim: number | string | undefined): number | undefined {
  return typeof dim === 'number' && dim > 0 ? dim : undefined;
}

export interface Fit {
  /** Of the sample as the model's input wants it, without the batch axis. */
  readonly dims: readonly number[];
  /** Which of the three ways it took. */
  readonly way: 1 | 2 | 3;
}

/**
 * How a sample fits a model's input:
 * 1. where all its axes agree with the input's (a free axis takes any length), else
 * 2. where they agree once axes of length 1 are left out on both sides, else
 * 3. where at most one axis of the input is longer than 1 or free, so that it is a vector and no image, and holds
 *    exactly as many values as the sample.
 * @returns `undefined` where the sample does not fit
 */
export function fitSample(sample: readonly number[], input: InputDims): Fit | undefined {
  const wanted = input.slice(1).map(fixedLength);
  if (agree(sample, wanted)) return { dims: sample, way: 1 };
  const longSample = sample.filter((d) => d !== 1);
  if (
    agree(
      longSample,
      wanted.filter((d) => d !== 1),
    )
  ) {
    let next = 0;
    return { dims: wanted.map((d) => (d === 1 ? 1 : longSample[next++]!)), way: 2 };
  }
  const size = sizeOf(sample);
  const long = wanted.filter((d) => d !== 1);
  if (long.length === 1 && (long[0] === undefined || long[0] === size))
    return { dims: wanted.map((d) => (d === 1 ? 1 : size)), way: 3 };
  return undefined;
}

function agree(sample: readonly number[], wanted: readonly (number | undefined)[]): boolean {
  return (
    sample.length === wanted.length && sample.every((d, i) => wanted[i] === undefined || wanted[i] === d)
  );
}

/** `[N, 3, 224, 224]`, with the names of free axes, `?` where they have none. */
export function formatInputDims(input: InputDims): string {
  return `[${input.map((d) => fixedLength(d) ?? (typeof d === 'string' ? d : '?')).join(', ')}]`;
}
