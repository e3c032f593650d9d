/** NumPy's .npz files -> their arrays by name: a zip archive of .npy files. */
import { fileSource } from './bytes.ts';
import { readNpy } from './npy.ts';
import type { StoredArray } from './source.ts';
import { unreadable } from './unreadable.ts';
import { openZipEntry, readZipDirectory } from './zip-directory.ts';

export interface NpzFile {
  readonly path: string;
  readonly names: readonly string[];
  /** Opens the array of one of these names. Raises dataUnreadable and dataTooLarge. */
  array(name: string): Promise<StoredArray>;
}

/** Whether these first bytes are those of a zip archive, which a .npz file is. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}

/** @param limit bytes that an array may unpack to. Raises dataUnreadable. */
export async function openNpz(path: string, limit: number): Promise<NpzFile> {
  const archive = await fileSource(path);
  const files = await readZipDirectory(path, archive);
  const names = [...files.keys()]
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length));
  return {
    path,
    names,
    array: async (name) =>
      readNpy(`${path}: ${name}`, await openZipEntry(path, archive, files.get(name + suffix)!, limit)),
  };
}

const suffix = '.npy';
const sampleNames = ['images', 'x', 'inputs', 'data'];
/** What labels are called, in an archive or a folder. */
export const labelNames = ['labels', 'y'];

/**
 * The array of samples and that of labels: samples are the one named like the model's input, or `images`, `x`, `inputs` or
 * `data`, or the only one beside the labels, which are `labels` or `y`. Raises dataUnreadable and dataTooLarge.
 */
export async function readSamples(
  { path, names, array }: NpzFile,
  input: string | undefined,
): Promise<{ readonly samples: StoredArray; readonly labels: StoredArray | undefined }> {
  const labels = labelNames.find((name) => names.includes(name) && name !== input);
  const rest = names.filter((name) => name !== labels);
  const wanted = input === undefined ? sampleNames : [input, ...sampleNames];
  const samples = wanted.find((name) => rest.includes(name)) ?? (rest.length === 1 ? rest[0] : undefined);
  if (samples === undefined)
    throw unreadable(path, `none of its arrays (${names.join(', ')}) is called ${wanted.join(', ')}`);
  return { samples: await array(samples), labels: labels === undefined ? undefined : await array(labels) };
}
