/** Diagnostics about packages, bitstreams and chips. */
import type { Diagnostic } from '../diagnostic.ts';
import { error } from './make.ts';

export const packageExists = (path: string): Diagnostic =>
  error(
    'package/exists',
    30,
    path,
    'this already exists',
    'Choose another name or pass --force to replace it.',
  );

export const packageUnreadable = (path: string, reason: string): Diagnostic =>
  error(
    'package/unreadable',
    31,
    path,
    `this is not a readable package (${reason})`,
    'Compile the model again.',
  );

export const hashMismatch = (path: string, expected: string, got: string): Diagnostic =>
  error(
    'package/hash-mismatch',
    32,
    path,
    `its contents are not those that were compiled (SHA-256 ${got.slice(0, 12)}, manifest ${expected.slice(0, 12)})`,
    'Compile the model again, or restore the file.',
  );

export const wrongModel = (path: string, expected: string, got: string): Diagnostic =>
  error(
    'package/wrong-model',
    33,
    path,
    `this is not the model that the package was compiled from (SHA-256 ${got.slice(0, 12)}, manifest ${expected.slice(0, 12)})`,
    'Give the ONNX file that was compiled.',
  );

export const bitstreamInvalid = (file: string, offset: number, reason: string): Diagnostic =>
  error(
    'bitstream/invalid',
    34,
    `${file}: byte ${offset}`,
    reason,
    'The layout is in src/bitstream/FORMAT.md.',
  );

export const bitstreamWrongTarget = (file: string, expected: string, got: string): Diagnostic =>
  error(
    'bitstream/wrong-target',
    35,
    file,
    `this bitstream was made for another target (fingerprint ${got.slice(0, 12)}, target ${expected.slice(0, 12)})`,
    'Compile the model for this target.',
  );

export const assemblySyntax = (file: string, line: number, reason: string): Diagnostic =>
  error('bitstream/syntax', 36, `${file}:${line}`, reason, 'The text form is in src/bitstream/FORMAT.md.');

export const chipUnreadable = (path: string, reason: string): Diagnostic =>
  error(
    'chip/unreadable',
    37,
    path,
    `this is not a saved chip (${reason})`,
    'Program it again with `crossloom program`.',
  );

export const chipWrongPackage = (path: string, expected: string, got: string): Diagnostic =>
  error(
    'chip/wrong-package',
    38,
    path,
    `this chip was programmed from another package (bitstream ${got.slice(0, 12)}, package ${expected.slice(0, 12)})`,
    'Program a chip from this package with `crossloom program`.',
  );

export const chipCannotExecute = (place: string, reason: string): Diagnostic =>
  error(
    'chip/cannot-execute',
    39,
    place,
    reason,
    'The bitstream does not fit this kind of chip: compile the model again.',
  );

export const enduranceSpent = (
  place: string,
  needed: string,
  left: string,
  devices: 'memristors' | 'FeCAPs' = 'memristors',
): Diagnostic =>
  error(
    'wear/endurance-spent',
    53,
    place,
    `this needs ${needed} and the ${devices} have ${left} left`,
    devices === 'memristors'
      ? 'Program a fresh chip, or one with fewer pulses behind it (faults.spent, faults.endurance).'
      : 'Program a fresh chip, or one with fewer cycles behind it (hidden.ageing.spent, hidden.ageing.endurance).',
  );

export const noTransfers = (target: string): Diagnostic =>
  error(
    'transfer/no-hidden-planes',
    56,
    `target ${target}`,
    'this chip has no hidden planes, so nothing is transferred on it',
    'Choose a target whose programming.scheme is transfer, such as leti-fecap-130nm.',
  );

export const deltaNotApplicable = (place: string, reason: string): Diagnostic =>
  error(
    'delta/not-applicable',
    55,
    place,
    `this delta does not go onto this chip: ${reason}`,
    'Program the package that the delta was made from with `crossloom program`, or its own bitstream on a fresh chip.',
  );

export const notTrainable = (place: string, reason: string, advice: string): Diagnostic =>
  error('train/not-trainable', 66, place, `this layer cannot hold trained weights: ${reason}`, advice);
