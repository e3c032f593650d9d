/** Errors and warnings from their parts. */
import type { Diagnostic } from '../diagnostic.ts';

export function error(
  code: string,
  exit: number,
  at: string,
  message: string,
  ...notes: string[]
): Diagnostic {
  return { code, severity: 'error', message, at, notes, exit };
}

export function warning(code: string, at: string, message: string, ...notes: string[]): Diagnostic {
  return { code, severity: 'warning', message, at, notes, exit: 0 };
}
