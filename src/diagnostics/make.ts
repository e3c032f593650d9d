/** Errors and warnings from their parts. */
import type { Diagnostic } from './diagnostic.ts';
import { type Code, exitOf } from './kinds.ts';

export function error(code: Code, at: string, message: string, ...notes: string[]): Diagnostic {
  return { code, severity: 'error', message, at, notes, exit: exitOf(code) };
}

export function warning(code: Code, at: string, message: string, ...notes: string[]): Diagnostic {
  return { code, severity: 'warning', message, at, notes, exit: 0 };
}
