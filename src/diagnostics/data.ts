/** Diagnostics about data. */
import type { Diagnostic } from './diagnostic.ts';
import { error, orWrongPath, reasonOf, type Why, warning } from './make.ts';

export const dataUnreadable = (path: string, why: Why, wanted = dataFormats): Diagnostic =>
  orWrongPath(
    why,
    wanted,
    error('data/unreadable', path, [reasonOf(why), `What belongs here is the path of ${wanted}.`]),
  );

const dataFormats =
  'a folder of images, or of an idx (.gz), .npy, .npz or CIFAR binary file; see docs/data.md';

export const dataShape = (path: string, got: string, expected: string): Diagnostic =>
  error('data/shape', path, [
    `the samples have shape ${got}, and the model's input is ${expected}`,
    'Samples lie along the first axis of an array, each in the shape of the input without its batch axis, which is the first; for images, set resize, crop or layout in the preprocessing file.',
  ]);

export const dataInputs = (place: string, reason: string): Diagnostic =>
  error('data/inputs', place, [
    reason,
    'Data of several inputs are a .npz file with an array per input, or a folder with a file per input, named like the inputs; sample i is the i-th of each.',
  ]);

export const dataLayout = (path: string, got: string, expected: string): Diagnostic =>
  error('data/layout', path, [
    `samples of shape ${got} fit the model's input ${expected} in more than one order of their axes`,
    'Say in the preprocessing file which the model takes (`layout: NCHW` or `layout: NHWC`), and where that is not enough which an array has (`stored: NCHW` or `stored: NHWC`).',
  ]);

export const dataNotFinite = (place: string, what: string): Diagnostic =>
  error('data/not-finite', place, [
    what,
    'Mend the sample or leave it out; no network computes anything from NaN or infinity.',
  ]);

export const dataNotWhole = (place: string, input: string, value: number): Diagnostic =>
  error('data/not-whole', place, [
    `the model's input '${input}' takes whole numbers, and this sample has ${value}`,
    'Store whole numbers below 2^24, such as indices, and let no preprocessing change them.',
  ]);

export const dataTooLarge = (place: string, what: string, bytes: number, limit: number): Diagnostic =>
  error('data/too-large', place, [
    `${what} takes ${mebibytes(bytes)} of memory or more, and the limit is ${mebibytes(limit)}`,
    'If the data are what you think they are, raise the limit: --data-limit, in MiB (`dataLimit` of the API, in bytes).',
  ]);

export const dataChanged = (path: string, expected: string, got: string): Diagnostic =>
  error('data/changed', path, [
    `these are not the images and labels that the sweep was made for (SHA-256 ${got.slice(0, 12)}, its tasks ${expected.slice(0, 12)})`,
    'Give the same data, in the same order and with the same labels; other data are another sweep, with results of its own.',
  ]);

const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;

export const labelOutOfRange = (path: string, sample: string, label: number, classes: number): Diagnostic =>
  error('data/label-out-of-range', `${path}: ${sample}`, [
    `label ${label} is beyond the model's ${classes} classes`,
    'Check the labels, or set labelOffset in the preprocessing file.',
  ]);

export const imageUnreadable = (path: string, reason: string): Diagnostic =>
  error('data/image-unreadable', path, [
    `this image cannot be decoded (${reason})`,
    'Replace the file, or remove it and its label.',
  ]);

export const textsUnfit = (place: string, reason: string): Diagnostic =>
  error('data/texts', place, [
    reason,
    'Alphabets have a symbol a line, texts are a csv file with the columns file and text (or text alone, in the order of the samples): see docs/data.md.',
  ]);

export const labelsMissing = (path: string): Diagnostic =>
  error('data/no-labels', path, [
    'there are no labels',
    'Add labels.csv (file,label), class folders, or a labels idx file.',
  ]);

export const preprocessingInvalid = (file: string, field: string, reason: string): Diagnostic =>
  error('data/preprocessing', `${file}: ${field}`, [reason, 'The fields are in docs/data.md.']);

export const imageTooSmall = (path: string, size: string, crop: string): Diagnostic =>
  error('data/image-too-small', path, [
    `this image is ${size}, smaller than the crop of ${crop}`,
    'Set resize in the preprocessing file.',
  ]);

export const preprocessingMissing = (
  data: string,
  guess?: { readonly preset: string; readonly because: string },
): Diagnostic =>
  warning('data/no-preprocessing', data, [
    'no preprocessing was given or found, so the samples are used as they are stored',
    ...(guess ? [`For this model try --preset ${guess.preset}: ${guess.because}.`] : []),
    'Give --preset NAME, or a file with --preprocess (docs/data.md); --preset raw says that this is meant.',
  ]);

/** @param measured images that are right, of how many, and the share that would be so by chance */
export const floatAtChance = (
  data: string,
  measured: {
    readonly right: number;
    readonly images: number;
    readonly chance: number;
    readonly classes: number;
  },
  used: string,
  fit: readonly string[] | undefined,
): Diagnostic => {
  const { right, images, chance, classes } = measured;
  const guesses = `${Number((100 * chance).toPrecision(2))} % of the time with ${classes.toLocaleString('en-US')} classes`;
  return error('data/at-chance', data, [
    `floating point is right in ${right} of ${images} images, and guessing is right ${guesses}: are preprocessing and labels those that the model was trained with?`,
    `Used: ${used}.`,
    ...(fit ?? ['No preset makes it better, with labels one higher or lower neither: see docs/data.md.']),
    'If the model is meant to be no better, go on with --accept-chance.',
  ]);
};

export const preprocessingDiffers = (data: string): Diagnostic =>
  warning('data/other-preprocessing', data, [
    'these samples are prepared in another way than those that the package was calibrated with',
    'This is right where they are stored in another way too; else leave out --preset and --preprocess, or compile the package again with them.',
  ]);

export const faultMapUnreadable = (path: string, why: Why): Diagnostic =>
  orWrongPath(
    why,
    'a fault map, as `crossloom survey` writes it',
    error('faults/unreadable', path, [
      `this is not a fault map (${reasonOf(why)})`,
      'The format is in docs/faults.md.',
    ]),
  );

export const faultMapGeometry = (path: string, reason: string): Diagnostic =>
  error('faults/geometry', path, [
    `this is a fault map of another geometry: ${reason}`,
    'Survey as many arrays of this target as the model takes: `crossloom survey`.',
  ]);

export const faultMapInvalid = (place: string, reason: string): Diagnostic =>
  error('faults/invalid', place, [reason, 'The format is in docs/faults.md.']);
