/** Diagnostics about targets. */
import type { Diagnostic } from './diagnostic.ts';
import { error } from './make.ts';

export const targetNotFound = (name: string, reason: string, known: readonly string[]): Diagnostic =>
  error('target/not-found', `--target ${name}`, [
    `no target has this name, and as a file it cannot be read (${reason})`,
    `Known targets: ${known.join(', ')}; or give the path of a target file.`,
  ]);

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
