/**
 * Folders of images: with labels.csv (in the folder or beside it), with one sub-folder per class, or without labels.
 * Images are read one by one when they are asked for; only their names are held.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { dataUnreadable, imageUnreadable } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { sha256 } from '../files/hash.ts';
import { parseCsv } from './csv.ts';
import { checkLimit, storedBytes } from './limit.ts';
import { loadSharp } from './sharp.ts';
import type { RawSample, Source } from './source.ts';
import { firstLine, readText, sizeOfFile, unreadable } from './unreadable.ts';

const imageSuffix = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;

export function isImageName(file: string): boolean {
  return imageSuffix.test(file);
}

interface ImageList {
  /** As they are named in labels.csv, or relative to the folder. */
  readonly ids: readonly string[];
  readonly paths: readonly string[];
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
}

/** A source of one image. @param limit bytes that an image may take in memory */
export function openImage(path: string, limit: number): Source {
  return imageSource(path, { ids: [basename(path)], paths: [path] }, limit);
}

/**
 * Opens a folder of images.
 * @param labels path of a csv file; without it labels.csv in the folder or beside it
 * @param limit bytes that an image may take in memory
 * @returns `undefined` where the folder has no images. Raises dataUnreadable, and imageUnreadable for files that do not exist.
 */
export async function openImageFolder(
  folder: string,
  labels: string | undefined,
  limit: number,
): Promise<Source | undefined> {
  const csv = labels ?? (await findLabelsCsv(folder));
  const list = csv === undefined ? await listImages(folder) : await listLabelled(folder, csv);
  return list && imageSource(folder, list, limit);
}

/** The labels.csv of a folder: in it, or beside it where the folder itself holds images. */
export async function findLabelsCsv(folder: string): Promise<string | undefined> {
  const inside = join(folder, 'labels.csv');
  if (existsSync(inside)) return inside;
  const beside = join(dirname(resolve(folder)), 'labels.csv');
  return existsSync(beside) && (await readdir(folder)).some(isImageName) ? beside : undefined;
}

/** Images of the folder itself, or of its sub-folders, which are classes in the order of their names. */
async function listImages(folder: string): Promise<ImageList | undefined> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries
    .map((entry) => entry.name)
    .filter(isImageName)
    .sort();
  if (files.length > 0) return { ids: files, paths: files.map((file) => join(folder, file)) };
  const classes: string[] = [];
  const ids: string[] = [];
  const labels: number[] = [];
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  for (const name of folders.map((entry) => entry.name).sort()) {
    const images = (await readdir(join(folder, name))).filter(isImageName).sort();
    if (images.length === 0) continue;
    ids.push(...images.map((image) => `${name}/${image}`));
    labels.push(...images.map(() => classes.length));
    classes.push(name);
  }
  if (ids.length === 0) return undefined;
  const paths = ids.map((id) => join(folder, id));
  // A single sub-folder is a place for images and says nothing about their class.
  if (classes.length === 1) return { ids, paths };
  return { ids, paths, labels: Int32Array.from(labels), classNames: classes };
}

const largestLabel = 2 ** 31 - 1;

/** Reads `file,class` or `file,label` and finds the files; other columns are ignored. */
async function listLabelled(folder: string, csv: string): Promise<ImageList> {
  const [header = [], ...rows] = parseCsv(await readText(csv));
  const fileColumn = header.indexOf('file');
  const labelColumn = header.includes('class') ? header.indexOf('class') : header.indexOf('label');
  if (fileColumn < 0 || labelColumn < 0 || rows.length === 0)
    throw unreadable(
      csv,
      "its first line must name the columns 'file' and 'class' (or 'label'), and samples follow",
    );
  const places = [folder, join(folder, 'images'), dirname(csv)];
  const problems: Diagnostic[] = [];
  const paths = rows.map((row) => {
    const file = row[fileColumn] ?? '';
    const found = places.map((place) => join(place, file)).find((path) => file !== '' && existsSync(path));
    if (found === undefined)
      problems.push(imageUnreadable(join(folder, file), `${basename(csv)} names it, and it does not exist`));
    return found ?? '';
  });
  const labels = rows.map((row, i) => {
    const label = row[labelColumn] ?? '';
    if (!/^\s*-?\d+\s*$/.test(label) || Math.abs(Number(label)) > largestLabel)
      problems.push(dataUnreadable(`${csv}: ${rows[i]![fileColumn]}`, `'${label}' is no class index`));
    return Number(label);
  });
  raise(problems);
  return { ids: rows.map((row) => row[fileColumn]!), paths, labels: Int32Array.from(labels) };
}

function imageSource(path: string, list: ImageList, limit: number): Source {
  const { ids, paths } = list;
  return {
    name: basename(resolve(path)),
    path,
    length: paths.length,
    labels: list.labels,
    classNames: list.classNames,
    axes: 'NHWC',
    bytes: true,
    shapeOf: (index) => readShape(paths[index]!, limit),
    idOf: (index) => ids[index]!,
    placeOf: (index) => paths[index]!,
    read: (index) => decodeImage(paths[index]!),
  };
}

/** What libvips would decode besides, such as drawings that name other files, is no image of a data set. */
const formats = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif']);

/** Size of an image as its head tells it, in colours. Raises imageUnreadable, and dataTooLarge before it is decoded. */
async function readShape(path: string, limit: number): Promise<readonly number[]> {
  const sharp = await loadSharp();
  const { width, height, format } = await ofImage(path, () =>
    sharp(path, { limitInputPixels: false }).metadata(),
  );
  if (!formats.has(format)) throw new DiagnosticError([imageUnreadable(path, `its format is ${format}`)]);
  const dims = [height, width, 3];
  checkLimit(path, `this image of ${width}x${height} pixels`, storedBytes(dims, true), limit);
  return dims;
}

/**
 * Decodes a file as 8-bit RGB, [h, w, 3]. As in the training pipelines of Pillow and TensorFlow, embedded colour
 * profiles and orientation tags are not applied, and transparency is dropped. Raises imageUnreadable.
 */
async function decodeImage(path: string): Promise<RawSample> {
  const sharp = await loadSharp();
  return ofImage(path, async () => {
    const file = await readFile(path);
    const { data, info } = await sharp(file, { ignoreIcc: true, limitInputPixels: false })
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { dims: [info.height, info.width, info.channels], values: data, hash: sha256(file) };
  });
}

/** What `read` makes of an image file. Raises imageUnreadable for whatever goes wrong. */
async function ofImage<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    await sizeOfFile(path);
    return await read();
  } catch (error) {
    const reason = error instanceof DiagnosticError ? error.diagnostics[0]!.message : firstLine(error);
    throw new DiagnosticError([imageUnreadable(path, reason)]);
  }
}
