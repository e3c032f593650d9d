/** Errors and warnings from their parts. */
import type { Diagnostic } from './diagnostic.ts';
import { type Code, exitOf } from './kinds.ts';

/** What is wrong, and what to do about it. */
type Text = readonly [message: string, ...notes: string[]];

export function error(code: Code, at: string, [message, ...notes]: Text): Diagnostic {
  return { code, severity: 'error', message, at, notes, exit: exitOf(code) };
}

export function warning(code: Code, at: string, [message, ...notes]: Text): Diagnostic {
  return { code, severity: 'warning', message, at, notes, exit: 0 };
}
