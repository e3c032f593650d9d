/**
 * The binary form of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): records of one label byte (CIFAR-10) or two (CIFAR-100:
 * coarse, then fine, of which the fine one is the class), then 32 x 32 pixels as three planes, red, green, blue.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ByteSource } from '../files/byte-source.ts';
import { sha256 } from '../files/hash.ts';
import { openBytes } from './bytes.ts';
import type { Source } from './source.ts';
import { readText, unreadable } from './unreadable.ts';

const dims = [3, 32, 32] as const;
const pixels = 3 * 32 * 32;
/** Records read at once when only their labels are wanted. */
const recordsAtOnce = 1000;

interface RecordFile {
  readonly path: string;
  readonly bytes: ByteSource;
  readonly labelBytes: number;
  readonly records: number;
}

/** Which of a folder's .bin files hold test samples and which training samples. */
export async function listCifarFiles(
  folder: string,
): Promise<{ readonly test: string[]; readonly train: string[] }> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.bin')).sort();
  const isTest = (file: string) => file.startsWith('test');
  return {
    test: files.filter(isTest).map((file) => join(folder, file)),
    train: files.filter((file) => !isTest(file)).map((file) => join(folder, file)),
  };
}

async function openRecords(path: string, limit: number): Promise<RecordFile> {
  const bytes = await openBytes(path, limit);
  const labelBytes = [1, 2].find((count) => bytes.size > 0 && bytes.size % (count + pixels) === 0);
  if (labelBytes === undefined)
    throw unreadable(path, `${bytes.size} bytes are no whole number of CIFAR records of 3073 or 3074 bytes`);
  return { path, bytes, labelBytes, records: bytes.size / (labelBytes + pixels) };
}

async function readRecordLabels(file: RecordFile): Promise<number[]> {
  const size = file.labelBytes + pixels;
  const labels: number[] = [];
  for (let at = 0; at < file.records; at += recordsAtOnce) {
    const count = Math.min(recordsAtOnce, file.records - at);
    const bytes = await file.bytes.read(at * size, count * size);
    for (let i = 0; i < count; i++) labels.push(bytes[i * size + file.labelBytes - 1]!);
  }
  return labels;
}

/**
 * Opens files of records, one after the other.
 * @param limit bytes that a packed one may unpack to
 * Raises dataUnreadable and dataTooLarge.
 */
export async function openCifar(
  path: string,
  files: readonly string[],
  folder: string,
  limit: number,
): Promise<Source> {
  const opened = await Promise.all(files.map((file) => openRecords(file, limit)));
  const labels = await Promise.all(opened.map(readRecordLabels));
  const place = opened.flatMap((file) =>
    Array.from({ length: file.records }, (_, record) => ({ file, record })),
  );
  return {
    name: basename(path),
    path,
    length: place.length,
    labels: Int32Array.from(labels.flat()),
    classNames: await readNames(folder, opened[0]!.labelBytes),
    axes: 'NCHW',
    bytes: true,
    shapeOf: async () => dims,
    idOf: String,
    placeOf: (index) => `${place[index]!.file.path}: record ${place[index]!.record}`,
    async read(index) {
      const { file, record } = place[index]!;
      const values = await file.bytes.read(record * (file.labelBytes + pixels) + file.labelBytes, pixels);
      return { dims, values, hash: sha256(values) };
    },
  };
}

/** The names file that both data sets bring along. */
async function readNames(folder: string, labelBytes: number): Promise<string[] | undefined> {
  const file = join(folder, labelBytes === 1 ? 'batches.meta.txt' : 'fine_label_names.txt');
  const text = existsSync(file) ? await readText(file) : undefined;
  return text?.split(/\r?\n/).filter((line) => line !== '');
}
