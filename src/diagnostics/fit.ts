/** Diagnostics about measurements that a target is fitted to. */
import type { Diagnostic } from './diagnostic.ts';
import { error, orWrongPath, reasonOf, type Why } from './make.ts';

const documented = 'The forms of such files are in docs/fit.md.';

export const fitUnreadable = (path: string, why: Why): Diagnostic =>
  orWrongPath(
    why,
    'a CSV file of measurements',
    error('fit/unreadable', path, [`these are no measurements: ${reasonOf(why)}`, documented]),
  );

export const fitColumn = (place: string, reason: string, notes: readonly string[] = []): Diagnostic =>
  error('fit/column', place, [reason, ...notes, documented]);

export const fitUnit = (place: string, reason: string, notes: readonly string[] = []): Diagnostic =>
  error('fit/unit', place, [reason, ...notes]);

export const fitValue = (place: string, reason: string): Diagnostic =>
  error('fit/value', place, [reason, 'Mend the row, or leave it out.']);

export const fitOrder = (place: string, reason: string): Diagnostic =>
  error('fit/order', place, [reason, 'The rows of a device stand in the order in which they were measured.']);

export const fitDevice = (place: string, device: string, reason: string): Diagnostic =>
  error('fit/device', place, [
    `two devices seem to be called '${device}': ${reason}`,
    'Give every device a name of its own, and keep its rows together.',
  ]);

export const fitForm = (path: string, reason: string, forms: readonly string[]): Diagnostic =>
  error('fit/form', path, [reason, ...forms, documented]);

export const fitTooFew = (path: string, reason: string): Diagnostic =>
  error('fit/too-few', path, [
    reason,
    'Nothing was written: a number that the data do not tell is not guessed.',
  ]);

/** @param laws the nearest, each with how far it is behind */
export const fitAmbiguous = (path: string, laws: readonly string[], note: string): Diagnostic =>
  error('fit/ambiguous', path, [
    `the data do not tell these laws apart: ${laws.join(', ')}`,
    note,
    `Choose one with --law, such as '--law ${laws[0]!.split(' ')[0]}', or measure what would tell them apart.`,
  ]);

export const fitTwice = (path: string, other: string): Diagnostic =>
  error('fit/twice', path, [
    `this says the same of a target as ${other}`,
    'Give one file for each kind of measurement.',
  ]);
