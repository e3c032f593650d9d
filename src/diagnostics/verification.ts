/** Diagnostics about verification. */
import type { Diagnostic } from './diagnostic.ts';
import { error, warning } from './make.ts';

export const boundNotMet = (flag: string, measured: string): Diagnostic =>
  error('verify/bound-not-met', flag, [`the mapped model does not meet this bound (${measured})`]);

export const noMappingWithin = (flag: string, measured: string, blame: string): Diagnostic =>
  error('tune/no-mapping', flag, [
    `no mapping that was tried meets this bound (${measured})`,
    blame,
    'Allow a larger loss with --max-drop or more digital layers with --max-digital, or choose another target.',
  ]);

export const calibrationOverlap = (count: number): Diagnostic =>
  warning('verify/calibration-overlap', 'data', [
    `${count} of the test samples were also used for calibration`,
    'The accuracy is optimistic; calibrate on other samples.',
  ]);

export const knownAnswerDiffers = (folder: string, difference: number, largest: number): Diagnostic =>
  warning('verify/known-answer', folder, [
    `the integer reference gives other outputs on this computer than where the model was compiled (by ${difference.toPrecision(3)}, of values up to ${largest.toPrecision(3)})`,
    'Compile the model here and compare, or try another version of onnxruntime.',
  ]);

export const resultNotANumber = (place: string, what: string, ...notes: string[]): Diagnostic =>
  error('result/not-a-number', place, [what, ...notes, 'No score is given where numbers are missing.']);
