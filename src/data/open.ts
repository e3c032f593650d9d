/** Opens a data set: the samples of a model's input, or of several. */
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { defined } from '../defined.ts';
import { dataInputs, optionInvalid, preprocessingInvalid } from '../diagnostics/all.ts';
import { DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { missing } from '../files/read-file.ts';
import { readBytes } from './bytes.ts';
import { createDataset, type Dataset } from './dataset.ts';
import type { InputDims } from './fit.ts';
import { joinDatasets } from './joined.ts';
import { defaultDataLimit, largestDataLimit } from './limit.ts';
import { type NamedSources, namedArrays, namedFiles, quoted, readNamedFolder } from './named.ts';
import { isZip, openNpz } from './npz.ts';
import { openLabels, openSource } from './open-source.ts';
import { applicableReadings } from './prepare.ts';
import {
  loadPreprocessing,
  type Preprocessing,
  type PreprocessingFields,
  resolvePreprocessing,
} from './preprocessing.ts';
import type { ModelShape } from './presets.ts';
import { readLabels, type Source } from './source.ts';
import { unreadable } from './unreadable.ts';

export interface DatasetOptions {
  /** Path of a preprocessing file, or its fields, such as `{ preset: 'imagenet' }`; without it samples stay as they are. */
  readonly preprocessing?: string | PreprocessingFields;
  /** Replace single fields. */
  readonly flags?: PreprocessingFields;
  /**
   * The network is made for these data: bytes become numbers from 0 to 1 where neither of the two says anything, and images
   * come in NCHW. Default: bytes stay as they are.
   */
  readonly unitBytes?: boolean;
  /**
   * Inputs of the model: data of several are found by their names. Without them, or with one, the data are samples of one.
   * A preset's sizes are those of the input.
   */
  readonly inputs?: readonly { readonly name: string; readonly dims?: InputDims | undefined }[];
  /** Outputs of the model: a preset's `labelOffset` goes by the number of classes. */
  readonly outputs?: ModelShape['outputs'];
  /** Path of the labels where they are not found by name: csv for folders of images, idx or .npy for arrays. */
  readonly labels?: string;
  /** Bytes that a packed file may unpack to, and that a sample may take in memory. Default: 2^29; at most 2^32. */
  readonly dataLimit?: number;
}

/**
 * Opens a data set.
 * @param path file or folder; `path#train` picks a part of a folder that has several
 * Raises dataUnreadable, dataInputs, dataTooLarge, imageUnreadable (of the first image), preprocessingInvalid and
 * optionInvalid.
 */
export async function openDataset(path: string, options: DatasetOptions = {}): Promise<Dataset> {
  const { preprocessing, flags, dataLimit: limit = defaultDataLimit } = options;
  if (!(limit >= 1 && limit <= largestDataLimit))
    throw new DiagnosticError([
      optionInvalid('dataLimit', `${limit} is not from 1 to ${largestDataLimit} bytes`),
    ]);
  const { inputs = [], outputs = [] } = options;
  const given = await loadPreprocessing(preprocessing, flags, { inputs, outputs });
  const found = await openFound(path, options, limit).catch((error: NodeJS.ErrnoException) => {
    // What the operating system refuses, such as a missing permission, is about the user's file.
    if (error.syscall === undefined) throw error;
    throw unreadable(path, `it cannot be read (${error.message})`);
  });
  return 'sources' in found
    ? openJoined(path, found, given, limit)
    : openSingle(found, given, options, limit);
}

async function openSingle(
  source: Source,
  given: Preprocessing,
  { preprocessing, flags, unitBytes = false }: DatasetOptions,
  limit: number,
): Promise<Dataset> {
  const dims = await source.shapeOf(0);
  const nothingSaid = preprocessing === undefined && flags === undefined;
  const ours: Preprocessing = { layout: 'NCHW', ...given };
  const resolved = !unitBytes ? given : source.bytes && nothingSaid ? { ...ours, scale: 1 / 255 } : ours;
  const named = given.preset === undefined ? 'preprocessing' : `preset ${given.preset}`;
  const place = typeof preprocessing === 'string' ? preprocessing : named;
  applicableReadings(place, resolved, dims, source.axes, source.bytes);
  return createDataset(source, resolved, dims, limit);
}

/** The samples of one input, or of several. */
async function openFound(
  path: string,
  { labels, inputs: fed = [] }: DatasetOptions,
  limit: number,
): Promise<Source | NamedSources> {
  const inputs = fed.map(({ name }) => name);
  if (inputs.length < 2) return openSource(path, { labels, input: inputs[0], limit });
  const entry = await stat(path).catch(() => undefined);
  if (!entry) throw unreadable(path, await missing(path, 'file or folder'));
  const open = (file: string) => openSource(file, { labels: undefined, input: undefined, limit });
  const named = entry.isDirectory()
    ? await namedFiles(await readNamedFolder(path), inputs, open)
    : isZip(await readBytes(path, 0, 16))
      ? await namedArrays(await openNpz(path, limit), inputs)
      : undefined;
  if (named) return { ...named, labels: labels ?? named.labels };
  const reason = `the model has the inputs ${quoted(inputs)}, and this file holds samples of one`;
  throw new DiagnosticError([dataInputs(path, reason)]);
}

/** Samples of several inputs are fed as they are stored. Raises preprocessingInvalid where more is asked for. */
async function openJoined(
  path: string,
  { sources, labels }: NamedSources,
  { labelOffset, classes, ...steps }: Preprocessing,
  limit: number,
): Promise<Dataset> {
  const plain = resolvePreprocessing({}, 'preprocessing');
  const fields = Object.keys(steps) as (keyof typeof steps)[];
  const changed = fields.filter((field) => JSON.stringify(steps[field]) !== JSON.stringify(plain[field]));
  const reason = 'samples of several inputs are fed as they are stored; store what the model takes';
  raise(changed.map((field) => preprocessingInvalid('preprocessing', field, reason)));
  const parts = new Map<string, Dataset>();
  for (const [name, source] of sources)
    parts.set(name, createDataset(source, plain, await source.shapeOf(0), limit));
  const stored = typeof labels === 'string' ? await openLabels(labels, limit) : labels;
  const joined = joinDatasets(parts, {
    name: basename(resolve(path)),
    path,
    classNames: classes,
    preprocessing: { ...plain, labelOffset, ...defined({ classes }) },
  });
  return stored ? { ...joined, labels: await readLabels(stored, path, joined.length) } : joined;
}
