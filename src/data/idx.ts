/**
 * idx files, plain or gzip: the format of MNIST (LeCun, Cortes, Burges: "The MNIST database", file formats). Two zero
 * bytes, a type byte, the rank, one big-endian 32-bit length per axis, then the elements in row-major order.
 */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ByteSource } from '../files/byte-source.ts';
import { sizeOf } from '../math/tensor.ts';
import { type ElementType, elementSize } from './bytes.ts';
import type { StoredArray } from './source.ts';
import { unreadable } from './unreadable.ts';

const types: Readonly<Record<number, ElementType>> = {
  8: 'uint8',
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};

/** Whether these first bytes (of the unpacked file) are those of an idx file. */
export function isIdx(head: Uint8Array): boolean {
  return head[0] === 0 && head[1] === 0 && types[head[2]!] !== undefined && head[3]! > 0;
}

/** Reads the header of an idx file. Raises dataUnreadable where it is no idx file, or is not as long as it says. */
export async function readIdx(path: string, bytes: ByteSource): Promise<StoredArray> {
  const head = await bytes.read(0, 4);
  if (!isIdx(head)) throw unreadable(path, 'this is not an idx file');
  const type = types[head[2]!]!;
  const rank = head[3]!;
  const offset = 4 + 4 * rank;
  const header = await bytes.read(0, offset);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const dims = Array.from({ length: Math.floor((header.length - 4) / 4) }, (_, i) =>
    view.getUint32(4 + 4 * i),
  );
  const expected = offset + sizeOf(dims) * elementSize(type);
  if (dims.length < rank || bytes.size !== expected)
    throw unreadable(path, `this idx file has ${bytes.size} bytes where its header says ${expected}`);
  return { path, bytes, offset, type, littleEndian: false, dims };
}

/** Files of samples and of labels that differ in nothing but this word belong together. */
const sampleWord = /images|features|inputs|samples|data/;
const labelWord = /labels|classes/;

interface NamedFile {
  readonly file: string;
  readonly kind: 'samples' | 'labels';
  /** The name without the word, the element type and `.gz`. */
  readonly key: string;
}

function nameOf(file: string): NamedFile | undefined {
  const plain = file.toLowerCase().replace(/\.gz$/, '');
  if (!/idx/.test(plain)) return undefined;
  const key = plain.replace(/idx\d*(-?[a-z]+)?$/, 'idx');
  if (labelWord.test(key)) return { file, kind: 'labels', key: key.replace(labelWord, '*') };
  return sampleWord.test(key) ? { file, kind: 'samples', key: key.replace(sampleWord, '*') } : undefined;
}

interface IdxPair {
  readonly samples: string;
  readonly labels: string | undefined;
  /** What stands before the word `images`, such as `t10k` or `train`; '' where nothing does. */
  readonly part: string;
}

/** The idx files of a folder that hold samples, each with its labels, sorted by name. */
export async function listIdxPairs(folder: string): Promise<readonly IdxPair[]> {
  const named = (await readdir(folder))
    .sort()
    .map(nameOf)
    .filter((name) => name !== undefined);
  const labels = new Map(named.filter((n) => n.kind === 'labels').map((n) => [n.key, n.file]));
  return named
    .filter((n) => n.kind === 'samples')
    .map((n) => {
      const found = labels.get(n.key);
      return {
        samples: join(folder, n.file),
        labels: found === undefined ? undefined : join(folder, found),
        part: n.key.slice(0, n.key.indexOf('*')).replace(/[-_.]+$/, ''),
      };
    });
}

/** The labels file beside a file of samples: `X-images-idx3-ubyte.gz` has `X-labels-idx1-ubyte.gz`. */
export async function findIdxLabels(path: string): Promise<string | undefined> {
  const pairs = await listIdxPairs(dirname(path));
  return pairs.find((pair) => basename(pair.samples) === basename(path))?.labels;
}
