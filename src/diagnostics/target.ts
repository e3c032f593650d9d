/** Diagnostics about targets. */

import { isFolder, type Unread } from '../files/read-file.ts';
import { didYouMean } from '../text/near-names.ts';
import type { Diagnostic } from './diagnostic.ts';
import { error, orWrongPath, reasonOf, type Why } from './make.ts';

/** Whoever writes a folder or an ending means a file: then the path is wrong, else the name is. */
export const targetNotFound = (name: string, why: Unread, known: readonly string[]): Diagnostic => {
  const problem = error('target/not-found', `--target ${name}`, [
    `no target has this name, and as a file it cannot be read (${why.reason})`,
    ...didYouMean(name, known),
    `Known targets: ${known.join(', ')}; or give the path of a target file.`,
  ]);
  return why === isFolder || /[\\/]|\.ya?ml$/.test(name)
    ? orWrongPath(why, 'a target file', problem)
    : problem;
};

export const targetInvalid = (file: string, field: string, reason: string): Diagnostic =>
  error('target/invalid', `${file}: ${field}`, [
    reason,
    'The fields and their units are in docs/targets.md.',
  ]);

export const targetUnit = (file: string, field: string, reason: string): Diagnostic =>
  error('target/unit', `${file}: ${field}`, [reason, 'Units and their spellings are in docs/targets.md.']);

export const targetMissing = (file: string, field: string): Diagnostic =>
  error('target/missing-field', `${file}: ${field}`, [
    'this field is missing',
    'The fields and their units are in docs/targets.md.',
  ]);

export const lawOutOfRange = (place: string, field: string, reason: string): Diagnostic =>
  error('target/law-range', `${place}: ${field}`, [
    reason,
    'Use a window within the range for which the law was fitted, or say for what range it holds.',
  ]);

export const noTransfers = (target: string): Diagnostic =>
  error('transfer/no-hidden-planes', `target ${target}`, [
    'this chip has no hidden planes, so nothing is transferred on it',
    'Choose a target whose programming.scheme is transfer, such as leti-fecap-130nm.',
  ]);

/** @param formats what is known, a line each */
export const foreignUnknown = (file: string, why: Why, formats: readonly string[]): Diagnostic =>
  orWrongPath(
    why,
    'a file of parameters of another tool',
    error('target/foreign', file, [reasonOf(why), 'What can be imported:', ...formats]),
  );

export const foreignInvalid = (file: string, field: string, reason: string): Diagnostic =>
  error('target/foreign-value', `${file}: ${field}`, [
    reason,
    'Put it right where the file was made, and import it again; nothing was written.',
  ]);
