/** Diagnostics about packages, bitstreams and chips. */
import type { Diagnostic } from './diagnostic.ts';
import { error, orWrongPath, reasonOf, type Why } from './make.ts';

export const packageExists = (path: string): Diagnostic =>
  error('package/exists', path, [
    'this already exists',
    'Choose another name or pass --force to replace it.',
  ]);

export const packageUnreadable = (path: string, why: Why): Diagnostic =>
  orWrongPath(
    why,
    'a package, as `crossloom compile` writes it',
    error('package/unreadable', path, [
      `this is not a readable package (${reasonOf(why)})`,
      'Compile the model again.',
    ]),
  );

export const hashMismatch = (path: string, expected: string, got: string): Diagnostic =>
  error('package/hash-mismatch', path, [
    `its contents are not those that were compiled (SHA-256 ${got.slice(0, 12)}, manifest ${expected.slice(0, 12)})`,
    'Compile the model again, or restore the file.',
  ]);

export const wrongModel = (path: string, expected: string, got: string): Diagnostic =>
  error('package/wrong-model', path, [
    `this is not the model that the package was compiled from (SHA-256 ${got.slice(0, 12)}, manifest ${expected.slice(0, 12)})`,
    'Give the ONNX file that was compiled.',
  ]);

export const bitstreamUnreadable = (file: string, why: Why): Diagnostic =>
  orWrongPath(
    why,
    'a package, of its program.xbs, or of the text that `crossloom disasm` prints',
    error('bitstream/unreadable', file, [
      `it cannot be read (${reasonOf(why)})`,
      'Give a package, its program.xbs, or the text that `crossloom disasm` prints.',
    ]),
  );

export const bitstreamInvalid = (file: string, offset: number, reason: string): Diagnostic =>
  error('bitstream/invalid', `${file}: byte ${offset}`, [
    reason,
    'The layout is in src/bitstream/FORMAT.md.',
  ]);

export const bitstreamWrongTarget = (file: string, expected: string, got: string): Diagnostic =>
  error('bitstream/wrong-target', file, [
    `this bitstream was made for another target (fingerprint ${got.slice(0, 12)}, target ${expected.slice(0, 12)})`,
    'Compile the model for this target.',
  ]);

export const assemblySyntax = (file: string, line: number, reason: string): Diagnostic =>
  error('bitstream/syntax', `${file}:${line}`, [reason, 'The text form is in src/bitstream/FORMAT.md.']);

export const chipUnreadable = (path: string, why: Why): Diagnostic =>
  orWrongPath(
    why,
    'a chip, as `crossloom program` saves it',
    error('chip/unreadable', path, [
      `this is not a saved chip (${reasonOf(why)})`,
      'Program it again with `crossloom program`.',
    ]),
  );

export const chipWrongPackage = (path: string, expected: string, got: string): Diagnostic =>
  error('chip/wrong-package', path, [
    `this chip was programmed from another package (bitstream ${got.slice(0, 12)}, package ${expected.slice(0, 12)})`,
    'Program a chip from this package with `crossloom program`.',
  ]);

export const chipCannotExecute = (place: string, reason: string): Diagnostic =>
  error('chip/cannot-execute', place, [
    reason,
    'The bitstream does not fit this kind of chip: compile the model again.',
  ]);

export const notTrained = (place: string, devices: number, reason: string): Diagnostic =>
  error('chip/not-trained', place, [
    `none of its ${devices} test devices could be trained: ${reason}`,
    'Lower programming.unresponsive or programming.readNoise, choose another staircase in programming.training, or train per device.',
  ]);

export const enduranceSpent = (
  place: string,
  needed: string,
  left: string,
  devices: 'memristors' | 'FeCAPs' = 'memristors',
): Diagnostic =>
  error('wear/endurance-spent', place, [
    `this needs ${needed} and the ${devices} have ${left} left`,
    devices === 'memristors'
      ? 'Program a fresh chip, or one with fewer pulses behind it (faults.spent, faults.endurance).'
      : 'Program a fresh chip, or one with fewer cycles behind it (hidden.ageing.spent, hidden.ageing.endurance).',
  ]);

export const deltaNotApplicable = (place: string, reason: string): Diagnostic =>
  error('delta/not-applicable', place, [
    `this delta does not go onto this chip: ${reason}`,
    'Program the package that the delta was made from with `crossloom program`, or its own bitstream on a fresh chip.',
  ]);
