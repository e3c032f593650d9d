/** Diagnostics about reading a chip. */
import type { Diagnostic } from './diagnostic.ts';
import { error, warning } from './make.ts';

export const timeBeforeProgramming = (place: string): Diagnostic =>
  error('read/before-programming', place, [
    'a chip is read after it was programmed, and this time lies before',
    'Give times from programming on, such as 0s, 1h, 1d or 10y.',
  ]);

export const timeNotCovered = (place: string, law: string, range: string): Diagnostic =>
  warning('read/time-not-covered', place, [
    `the target's ${law} was measured from ${range}: at this time it is an extrapolation`,
  ]);

export const conductanceNotCovered = (law: string, used: string, range: string): Diagnostic =>
  warning('read/conductance-not-covered', law, [
    `levels lie from ${used}, and this law was measured from ${range}`,
  ]);

export const nothingChanges = (place: string, target: string): Diagnostic =>
  warning('read/nothing-changes', place, [`target ${target} has no law of time, so nothing changes by then`]);
