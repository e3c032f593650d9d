/** Opens a data set: a file or a folder, whose format is recognized by its contents and its name. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { optionInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { openBytes, readBytes } from './bytes.ts';
import { listCifarFiles, openCifar } from './cifar.ts';
import { createDataset, type Dataset } from './dataset.ts';
import { findIdxLabels, isIdx, listIdxPairs, readIdx } from './idx.ts';
import { isImageName, openImage, openImageFolder } from './image-folder.ts';
import { defaultDataLimit, largestDataLimit } from './limit.ts';
import { isNpy, isZip, readNpy, readNpz } from './npy.ts';
import { applicableReadings } from './prepare.ts';
import {
  loadPreprocessing,
  type Preprocessing,
  type PreprocessingFields,
  resolvePreprocessing,
} from './preprocessing.ts';
import { arraySource, readLabels, type Source, type StoredArray } from './source.ts';
import { unreadable } from './unreadable.ts';

export interface DatasetOptions {
  /** Path of a preprocessing file, or fields that were recorded; without it samples stay as they are. */
  readonly preprocessing?: string | Preprocessing;
  /** Replace single fields. */
  readonly flags?: PreprocessingFields;
  /**
   * The network is made for these data: bytes become numbers from 0 to 1 where neither of the two says anything, and images
   * come in NCHW. Default: bytes stay as they are.
   */
  readonly unitBytes?: boolean;
  /** Path of the labels where they are not found by name: csv for folders of images, idx or .npy for arrays. */
  readonly labels?: string;
  /** Bytes that a packed file may unpack to, and that a sample may take in memory. Default: 2^29; at most 2^32. */
  readonly dataLimit?: number;
}

/**
 * Opens a data set.
 * @param path file or folder; `path#train` picks a part of a folder that has several
 * Raises dataUnreadable, dataTooLarge, imageUnreadable (of the first image), preprocessingInvalid and optionInvalid.
 */
export async function openDataset(path: string, options: DatasetOptions = {}): Promise<Dataset> {
  const { preprocessing, flags, labels, unitBytes = false, dataLimit: limit = defaultDataLimit } = options;
  if (!(limit >= 1 && limit <= largestDataLimit))
    throw new DiagnosticError([
      optionInvalid('dataLimit', `${limit} is not from 1 to ${largestDataLimit} bytes`),
    ]);
  const given =
    typeof preprocessing === 'object'
      ? resolvePreprocessing({ ...preprocessing, ...flags }, 'recorded preprocessing')
      : await loadPreprocessing(preprocessing, flags);
  const source = await openSource(path, labels, limit).catch((error: NodeJS.ErrnoException) => {
    // What the operating system refuses, such as a missing permission, is about the user's file.
    if (error.syscall === undefined) throw error;
    throw unreadable(path, `it cannot be read (${error.message})`);
  });
  const dims = await source.shapeOf(0);
  const nothingSaid = preprocessing === undefined && flags === undefined;
  const ours: Preprocessing = { layout: 'NCHW', ...given };
  const resolved = !unitBytes ? given : source.bytes && nothingSaid ? { ...ours, scale: 1 / 255 } : ours;
  const place = typeof preprocessing === 'string' ? preprocessing : 'preprocessing';
  applicableReadings(place, resolved, dims, source.axes, source.bytes);
  return createDataset(source, resolved, dims, limit);
}

async function openSource(path: string, labels: string | undefined, limit: number): Promise<Source> {
  const selected = existsSync(path) ? null : /^(.+)#([^#]+)$/.exec(path);
  const place = selected?.[1] ?? path;
  const entry = await stat(place).catch(() => undefined);
  if (!entry) throw unreadable(path, 'there is no such file or folder');
  if (entry.isDirectory()) return openFolder(place, selected?.[2], labels, limit);
  if (selected) throw unreadable(path, `a file has no part '${selected[2]}'; name a folder`);
  return openFile(place, labels, limit);
}

async function openFile(path: string, labels: string | undefined, limit: number): Promise<Source> {
  const head = await readBytes(path, 0, 16);
  const name = basename(path);
  if (isImageName(path) || path.endsWith('.bin')) {
    if (labels !== undefined)
      throw new DiagnosticError([optionInvalid('--labels', `${path} takes no separate labels`)]);
    return isImageName(path) ? openImage(path, limit) : openCifar(path, [path], dirname(path), limit);
  }
  if (isZip(head)) {
    const arrays = await readNpz(path, limit);
    return openArray(name, arrays.samples, labels ?? arrays.labels, limit);
  }
  const bytes = await openBytes(path, limit);
  const unpacked = await bytes.read(0, 16);
  if (isNpy(unpacked)) return openArray(name, await readNpy(path, bytes), labels, limit);
  if (isIdx(unpacked))
    return openArray(name, await readIdx(path, bytes), labels ?? (await findIdxLabels(path)), limit);
  throw unreadable(path, 'this is none of the formats that are read');
}

/** @param labels the array of labels, or the path of one */
async function openArray(
  name: string,
  array: StoredArray,
  labels: StoredArray | string | undefined,
  limit: number,
): Promise<Source> {
  if (labels === undefined) return arraySource(name, array, undefined);
  const stored = typeof labels === 'string' ? await openLabels(labels, limit) : labels;
  return arraySource(name, array, await readLabels(stored, array.path, array.dims[0] ?? 0));
}

async function openLabels(path: string, limit: number): Promise<StoredArray> {
  if (!existsSync(path)) throw unreadable(path, 'there is no such file');
  const bytes = await openBytes(path, limit);
  return path.endsWith('.npy') ? readNpy(path, bytes) : readIdx(path, bytes);
}

async function openFolder(
  folder: string,
  part: string | undefined,
  labels: string | undefined,
  limit: number,
): Promise<Source> {
  const name = part === undefined ? basename(resolve(folder)) : `${basename(resolve(folder))}#${part}`;
  const pairs = await listIdxPairs(folder);
  if (pairs.length > 0) {
    const pair = choosePart(folder, pairs, part);
    const samples = await readIdx(pair.samples, await openBytes(pair.samples, limit));
    return openArray(name, samples, labels ?? pair.labels, limit);
  }
  if ((await readdir(folder)).some((file) => file.endsWith('.bin'))) {
    const { test, train } = await listCifarFiles(folder);
    const parts = [
      { part: 'test', files: test },
      { part: 'train', files: train },
    ].filter(({ files }) => files.length > 0);
    const { files } = choosePart(folder, parts, part);
    return { ...(await openCifar(folder, files, folder, limit)), name };
  }
  if (part !== undefined) throw unreadable(folder, `this folder has no part '${part}'`);
  const images = await openImageFolder(folder, labels, limit);
  if (!images) throw unreadable(folder, 'this folder holds no data that can be read');
  return images;
}

/** The part of that name; without a name the only one, or the test part (`t10k` in MNIST). */
function choosePart<P extends { readonly part: string }>(
  folder: string,
  parts: readonly P[],
  part?: string,
): P {
  const found =
    part !== undefined
      ? parts.find((p) => p.part === part || (part === 'test' && p.part === 't10k'))
      : parts.length === 1
        ? parts[0]
        : parts.find((p) => p.part === 'test' || p.part === 't10k');
  if (found) return found;
  const names = parts.map((p) => `${folder}#${p.part}`).join(', ');
  throw unreadable(
    folder,
    part === undefined ? `choose a part: ${names}` : `it has no part '${part}', but ${names}`,
  );
}
