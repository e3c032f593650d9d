/** A file or a folder -> a source, by the format that its contents and its name show. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { optionInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { missing } from '../files/read-file.ts';
import { openBytes, readBytes } from './bytes.ts';
import { listCifarFiles, openCifar } from './cifar.ts';
import { findIdxLabels, isIdx, listIdxPairs, readIdx } from './idx.ts';
import { isImageName, openImage, openImageFolder } from './image-folder.ts';
import { readNamedFolder } from './named.ts';
import { isNpy, readNpy } from './npy.ts';
import { isZip, openNpz, readSamples } from './npz.ts';
import { arraySource, readLabels, type Source, type StoredArray } from './source.ts';
import { unreadable } from './unreadable.ts';

/** How a source is opened. */
export interface SourceOptions {
  /** Path of the labels. */
  readonly labels: string | undefined;
  /** Name of the model's input, where it is known. */
  readonly input: string | undefined;
  /** Bytes that a packed file may unpack to. */
  readonly limit: number;
}

/**
 * Opens the samples of one input.
 * @param path file or folder; `path#train` picks a part of a folder that has several
 * Raises dataUnreadable, dataInputs, dataTooLarge, imageUnreadable and optionInvalid.
 */
export async function openSource(path: string, options: SourceOptions): Promise<Source> {
  const selected = existsSync(path) ? null : /^(.+)#([^#]+)$/.exec(path);
  const place = selected?.[1] ?? path;
  const entry = await stat(place).catch(() => undefined);
  if (!entry) throw unreadable(path, await missing(place, 'file or folder'));
  if (entry.isDirectory()) return openFolder(place, selected?.[2], options);
  if (selected) throw unreadable(path, `a file has no part '${selected[2]}'; name a folder`);
  return openFile(place, options);
}

async function openFile(path: string, { labels, input, limit }: SourceOptions): Promise<Source> {
  const head = await readBytes(path, 0, 16);
  const name = basename(path);
  if (isImageName(path) || path.endsWith('.bin')) {
    if (labels !== undefined)
      throw new DiagnosticError([optionInvalid('--labels', `${path} takes no separate labels`)]);
    return isImageName(path) ? openImage(path, limit) : openCifar(path, [path], dirname(path), limit);
  }
  if (isZip(head)) {
    const arrays = await readSamples(await openNpz(path, limit), input);
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

/** An array of labels. Raises dataUnreadable and dataTooLarge. */
export async function openLabels(path: string, limit: number): Promise<StoredArray> {
  if (!existsSync(path)) throw unreadable(path, await missing(path));
  const bytes = await openBytes(path, limit);
  return path.endsWith('.npy') ? readNpy(path, bytes) : readIdx(path, bytes);
}

async function openFolder(folder: string, part: string | undefined, options: SourceOptions): Promise<Source> {
  const { labels, input, limit } = options;
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
  if (images) return images;
  const named = input === undefined ? undefined : await readNamedFolder(folder);
  const file = named?.pathOf(input!);
  if (file === undefined) throw unreadable(folder, 'this folder holds no data that can be read');
  return openSource(file, { ...options, labels: labels ?? named!.labelsBeside([input!]) });
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
