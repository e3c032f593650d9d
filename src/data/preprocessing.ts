/**
 * Preprocessing: how a raw sample becomes the model's input. Turns a YAML file and flags into plain data with every
 * default filled in, which can be recorded as JSON and applied again. The fields are described in docs/data.md.
 */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { z } from 'zod';
import { dataUnreadable, preprocessingInvalid } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { mostWritten, readText } from '../files/read-file.ts';
import { didYouMean } from '../text/near-names.ts';
import { parseYaml } from '../text/yaml.ts';
import type { Layout } from './fit.ts';
import { findLabelsCsv } from './image-folder.ts';
import { isPreset, type ModelShape, type PresetName, presetFields, presetNames } from './presets.ts';

/** A height and a width in pixels; a single number is the shorter side (resize) or both sides (crop). */
export type Size = number | readonly [height: number, width: number];

export interface Preprocessing {
  /** The preset that gave the fields which nobody else did. */
  readonly preset?: PresetName;
  readonly resize?: Size;
  /** Of the centre, after resizing. */
  readonly crop?: Size;
  /** Images that have the size of the crop as they are stored are neither resized nor cropped. */
  readonly keepCropped?: boolean;
  readonly kernel: 'cubic' | 'lanczos3' | 'linear' | 'nearest';
  /** Without it the channels stay as they are stored (images: RGB). */
  readonly color?: 'rgb' | 'bgr' | 'gray' | 'luma';
  /** The order of the model's axes. Without it they are the order in which samples fit. */
  readonly layout?: Layout;
  /** The order of the axes in arrays, whose format says nothing about it. Without it shapes tell. */
  readonly stored?: Layout;
  /** value = (raw * scale - mean) / std; one number for all channels or one per channel. */
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** The model's class index is label + labelOffset. */
  readonly labelOffset: number;
  /** Names by label. */
  readonly classes?: readonly string[];
}

/** A number, or a fraction such as `1/255`. */
type Scalar = number | string;

/** The fields as a file or flags give them. */
export interface PreprocessingFields extends Partial<Omit<Preprocessing, 'scale' | 'mean' | 'std'>> {
  readonly scale?: Scalar;
  readonly mean?: Scalar | readonly Scalar[];
  readonly std?: Scalar | readonly Scalar[];
}

const fraction = /^\s*([^\s/]+)\s*(?:\/\s*([^\s/]+)\s*)?$/;
const scalar = z.union([z.number(), z.string()]).transform((text, context) => {
  const [, above, below = '1'] = fraction.exec(String(text)) ?? [];
  const value = Number(above ?? Number.NaN) / Number(below);
  if (Number.isFinite(value)) return value;
  context.issues.push({
    code: 'custom',
    input: text,
    message: `'${text}' is neither a number nor a fraction such as 1/255`,
  });
  return z.NEVER;
});
const perChannel = z.union([scalar.transform((value) => [value]), z.array(scalar).min(1)]);
const notZero = (values: readonly number[]) => values.every((value) => value !== 0);
const pixels = z.int().min(1).max(65535);
const size = z.union([pixels, z.tuple([pixels, pixels])], 'expected a number of pixels or [height, width]');

const schema = z.strictObject({
  preset: z.enum(presetNames).exactOptional(),
  resize: size.exactOptional(),
  crop: size.exactOptional(),
  keepCropped: z.boolean().exactOptional(),
  kernel: z.enum(['cubic', 'lanczos3', 'linear', 'nearest']).default('cubic'),
  color: z.enum(['rgb', 'bgr', 'gray', 'luma']).exactOptional(),
  layout: z.enum(['NCHW', 'NHWC']).exactOptional(),
  stored: z.enum(['NCHW', 'NHWC']).exactOptional(),
  scale: scalar.refine((value) => value !== 0, 'a scale of 0 would make all values alike').default(1),
  mean: perChannel.default([0]),
  std: perChannel.refine(notZero, 'a standard deviation of 0 would divide by zero').default([1]),
  labelOffset: z.int().default(0),
  classes: z.array(z.union([z.string(), z.number()]).transform(String)).exactOptional(),
});
const known = Object.keys(schema.shape);
/** Unknown fields that are reported. */
const keysNamed = 20;

/**
 * Checks fields, and fills in those of the preset and the defaults. Raises every preprocessingInvalid at once.
 * @param place what diagnostics call the origin of the fields
 * @param model whose input and classes a preset goes by
 */
export function resolvePreprocessing(fields: unknown, place: string, model: ModelShape = {}): Preprocessing {
  const result = schema.safeParse(withPreset(fields, model));
  if (result.success) return result.data;
  throw new DiagnosticError(result.error.issues.flatMap((issue) => describe(issue, place)));
}

/** What is given beside the preset replaces its fields. */
function withPreset(fields: unknown, model: ModelShape): unknown {
  if (typeof fields !== 'object' || fields === null || !('preset' in fields)) return fields;
  return isPreset(fields.preset) ? { ...presetFields(fields.preset, model), ...fields } : fields;
}

/** Whether samples become the same inputs: names and labels are none of theirs. */
export function preparesAlike(one: Preprocessing, other: Preprocessing): boolean {
  return stepsOf(one) === stepsOf(other);
}

function stepsOf({ preset, labelOffset, classes, ...steps }: Preprocessing): string {
  return JSON.stringify(Object.entries(steps).toSorted());
}

function describe(issue: z.core.$ZodIssue, place: string): Diagnostic[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys
      .slice(0, keysNamed)
      .map((key) =>
        preprocessingInvalid(place, key, ['there is no such field.', ...didYouMean(key, known)].join(' ')),
      );
  // Of a union, what is wrong with the list or the number itself says more than that none of both fits.
  const inner =
    issue.code === 'invalid_union' ? issue.errors.flat().find((e) => e.code === 'custom') : undefined;
  const field = [...issue.path, ...(inner?.path ?? [])].join('.') || 'file';
  return [preprocessingInvalid(place, field, inner?.message ?? issue.message)];
}

const preprocessingFile = 'a file that says how samples become inputs; see docs/data.md';

/**
 * Reads a preprocessing file, or takes fields; `flags` replace them. Raises dataUnreadable and preprocessingInvalid.
 * @param model whose input and classes a preset goes by
 */
export async function loadPreprocessing(
  path: string | PreprocessingFields | undefined,
  flags: PreprocessingFields = {},
  model: ModelShape = {},
): Promise<Preprocessing> {
  if (path === undefined) return resolvePreprocessing(flags, 'flags', model);
  if (typeof path !== 'string') return resolvePreprocessing({ ...path, ...flags }, 'preprocessing', model);
  const read = await readText(path, mostWritten);
  if ('reason' in read) throw new DiagnosticError([dataUnreadable(path, read, preprocessingFile)]);
  const { value, problems } = parseYaml(read.text);
  raise(problems.map(({ line, reason }) => preprocessingInvalid(path, `line ${line}`, reason)));
  const fields = value ?? {};
  // Anything but a mapping is left to the schema, which says so.
  const isMapping = typeof fields === 'object' && !Array.isArray(fields);
  return resolvePreprocessing(isMapping ? { ...fields, ...flags } : fields, path, model);
}

/**
 * The preprocessing file that belongs to a model or to its data: MODEL.preprocess.yaml beside the model, else
 * preprocess.yaml in the data's folder (or beside the labels.csv that the folder uses).
 */
export async function findPreprocessing(
  modelPath: string | undefined,
  dataPath: string | undefined,
): Promise<string | undefined> {
  const candidates: string[] = [];
  if (modelPath !== undefined)
    candidates.push(join(dirname(modelPath), `${basename(modelPath, extname(modelPath))}.preprocess.yaml`));
  if (dataPath !== undefined) {
    const path = existsSync(dataPath) ? dataPath : dataPath.replace(/#[^#]*$/, '');
    const isFolder = await stat(path).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    const labels = isFolder ? await findLabelsCsv(path) : undefined;
    candidates.push(join(isFolder ? path : dirname(path), 'preprocess.yaml'));
    if (labels !== undefined) candidates.push(join(dirname(labels), 'preprocess.yaml'));
  }
  return candidates.find((path) => existsSync(path));
}
