/** Diagnostics about sweeps: their studies, tasks and results. */
import type { Diagnostic } from './diagnostic.ts';
import { error } from './make.ts';

export const otherVersion = (place: string, made: string, own: string): Diagnostic =>
  error('sweep/other-version', place, [
    `it was made by version ${made}, and this is version ${own}`,
    'Use the same version everywhere: results of different versions are not comparable.',
  ]);
