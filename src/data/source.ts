/** A source: the raw samples of a data set, before preprocessing, one at a time. Every format is turned into one. */

import type { ByteSource } from '../files/byte-source.ts';
import { sha256 } from '../files/hash.ts';
import { sizeOf } from '../math/tensor.ts';
import { decodeElements, type ElementType, elementSize } from './bytes.ts';
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

/** Samples along the first axis of an array. Raises dataUnreadable where the array has no samples. */
export function arraySource(name: string, array: StoredArray, labels: Int32Array | undefined): Source {
  const { path, bytes, offset, type, littleEndian } = array;
  const [length = 0, ...dims] = array.dims;
  if (length === 0 || dims.length === 0 || sizeOf(dims) === 0)
    throw unreadable(path, `an array of shape [${array.dims}] holds no samples along its first axis`);
  checkLength(path, length, labels);
  const size = sizeOf(dims) * elementSize(type);
  return {
    name,
    path,
    length,
    labels,
    classNames: undefined,
    idOf: String,
    placeOf: (index) => `${path}: sample ${index}`,
    async read(index) {
      const stored = await bytes.read(offset + index * size, size);
      return { dims, values: decodeElements(stored, type, littleEndian), hash: sha256(stored) };
    },
  };
}

/** Raises dataUnreadable where there are labels, and not one per sample. */
function checkLength(path: string, length: number, labels: Int32Array | undefined): void {
  if (labels && labels.length !== length)
    throw unreadable(path, `${length} samples, but ${labels.length} labels`);
}

/** An array of class indices, of any shape with one value per sample. Raises dataUnreadable. */
export async function readLabels(array: StoredArray): Promise<Int32Array> {
  const stored = await array.bytes.read(array.offset, sizeOf(array.dims) * elementSize(array.type));
  const values = decodeElements(stored, array.type, array.littleEndian);
  const labels = Int32Array.from(values);
  const bad = labels.findIndex((label, i) => label !== values[i]);
  if (bad >= 0) throw unreadable(array.path, `label ${bad} is ${values[bad]}, which is no class index`);
  return labels;
}
