/** Diagnostics about the command line itself. */
import { didYouMean } from '../text/near-names.ts';
import type { Diagnostic } from './diagnostic.ts';
import { error } from './make.ts';

const help = (command: string) => `\`${command} --help\` lists what there is.`;

export const unknownCommand = (command: string, name: string, known: readonly string[]): Diagnostic =>
  error('usage/unknown-command', command, [
    `unknown command '${name}'`,
    ...didYouMean(name, known),
    help(command),
  ]);

export const unknownOption = (command: string, flag: string, known: readonly string[]): Diagnostic =>
  error('usage/unknown-option', command, [
    `unknown option '${flag}'`,
    ...didYouMean(flag, known),
    help(command),
  ]);

/** @param choices words that are allowed; undefined where the reason says what is */
export const invalidValue = (
  flag: string,
  value: string,
  reason: string,
  choices: readonly string[] | undefined,
): Diagnostic =>
  error('usage/invalid-value', flag, [
    `'${value}' is no value of this option`,
    ...(choices ? didYouMean(value, choices) : []),
    reason,
  ]);

export const missingUsage = (command: string, what: string): Diagnostic =>
  error('usage/missing', command, [what, help(command)]);

export const otherUsage = (command: string, what: string): Diagnostic =>
  error('usage/invalid', command, [what, help(command)]);

/** What the operating system refuses: a missing right, a full disk, a path with a NUL in it. */
export const refusedBySystem = (reason: string): Diagnostic =>
  error('usage/refused', 'this computer', [reason]);
