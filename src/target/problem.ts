/** A problem with one field of a target, in words. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';

export interface Problem {
  readonly path: readonly string[];
  readonly reason: string;
  readonly notes?: readonly string[];
  /** Its own kind of diagnostic; without it the field is invalid. */
  readonly diagnose?: (place: string, field: string, reason: string) => Diagnostic;
}

/** What can be wrong with several fields together. It looks at the fields that it is about, and no others. */
export type Check<T> = (target: T) => readonly Problem[];

/** The path of a field such as `adc.bits`. */
export const pathOf = (field: string): string[] => [...field.split('.'), 'value'];

/** A problem with a field unless something holds. */
export function unless(holds: boolean, field: string, reason: string): Problem[] {
  return holds ? [] : [{ path: pathOf(field), reason }];
}
