/** A source: the raw samples of a data set, before preprocessing, one at a time. Every format is turned into one. */

import type { ByteSource } from '../files/byte-source.ts';
import { sha256 } from '../files/hash.ts';
import { sizeOf } from '../math/tensor.ts';
import { decodeElements, type ElementType, elementSize } from './bytes.ts';
import type { Layout } from './fit.ts';
import { unreadable } from './unreadable.ts';

export interface RawSample {
  /** As stored: [h, w], [h, w, channels], [channels, h, w] or plain features. */
  readonly dims: readonly number[];
  readonly values: Uint8Array | Float64Array;
  /** SHA-256 of the stored bytes: the file of an image, else the sample's own bytes. */
  readonly hash: string;
}

export interface Source {
  readonly name: string;
  readonly path: string;
  readonly length: number;
  /** Class index per sample, as stored. */
  readonly labels: Int32Array | undefined;
  readonly classNames: readonly string[] | undefined;
  /** The order of the axes that the format has; arrays have them in any. */
  readonly axes: Layout | undefined;
  /** Whether values are bytes. */
  readonly bytes: boolean;
  /** Dims of a sample as stored, before any of its values is read. */
  shapeOf(index: number): Promise<readonly number[]>;
  /** File name or number of a sample. */
  idOf(index: number): string;
  /** Where a sample is, for diagnostics. */
  placeOf(index: number): string;
  read(index: number): Promise<RawSample>;
}

/** An array as a file stores it: `dims[0]` samples, one after the other. */
export interface StoredArray {
  readonly path: string;
  readonly bytes: ByteSource;
  /** Where the first element lies. */
  readonly offset: number;
  readonly type: ElementType;
  readonly littleEndian: boolean;
  readonly dims: readonly number[];
}

/** Samples along the first axis of an array. Raises dataUnreadable where the array has none. */
export function arraySource(name: string, array: StoredArray, labels: Int32Array | undefined): Source {
  const { path, bytes, offset, type, littleEndian } = array;
  const [length = 0, ...dims] = array.dims;
  if (length === 0 || sizeOf(dims) === 0)
    throw unreadable(path, `an array of shape [${array.dims}] holds no samples along its first axis`);
  const size = sizeOf(dims) * elementSize(type);
  return {
    name,
    path,
    length,
    labels,
    classNames: undefined,
    axes: undefined,
    bytes: type === 'uint8',
    shapeOf: async () => dims,
    idOf: String,
    placeOf: (index) => `${path}: sample ${index}`,
    async read(index) {
      const stored = await bytes.read(offset + index * size, size);
      if (stored.length < size) throw unreadable(path, 'this file has become shorter since it was opened');
      return { dims, values: decodeElements(stored, type, littleEndian), hash: sha256(stored) };
    },
  };
}

/**
 * An array of class indices, of any shape with one value per sample.
 * @param path and `samples` of the array that they belong to
 * Raises dataUnreadable.
 */
export async function readLabels(array: StoredArray, path: string, samples: number): Promise<Int32Array> {
  const count = sizeOf(array.dims);
  if (samples !== count) throw unreadable(path, `${samples} samples, but ${count} labels`);
  const stored = await array.bytes.read(array.offset, count * elementSize(array.type));
  const values = decodeElements(stored, array.type, array.littleEndian);
  const labels = Int32Array.from(values);
  const bad = labels.findIndex((label, i) => label !== values[i]);
  if (bad >= 0) throw unreadable(array.path, `label ${bad} is ${values[bad]}, which is no class index`);
  return labels;
}
