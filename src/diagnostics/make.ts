/** Errors and warnings from their parts. */
import type { Unread } from '../files/read-file.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type Code, exitOf, kinds } from './kinds.ts';

/** What is wrong, and what to do about it. */
type Text = readonly [message: string, ...notes: string[]];

export function error(code: Code, at: string, [message, ...notes]: Text): Diagnostic {
  return { code, severity: 'error', message, at, notes, exit: exitOf(code) };
}

export function warning(code: Code, at: string, [message, ...notes]: Text): Diagnostic {
  return { code, severity: 'warning', message, at, notes, exit: 0 };
}

/** Why something cannot be read: in words, or as reading its file told. */
export type Why = string | Unread;

export function reasonOf(why: Why): string {
  return typeof why === 'string' ? why : why.reason;
}

/**
 * What is wrong with what lies at a path; or with the path itself, which is wrong usage, whatever was looked for there.
 * @param wanted what belongs there, such as `an ONNX file`
 */
export function orWrongPath(why: Why, wanted: string, problem: Diagnostic): Diagnostic {
  if (typeof why === 'string' || !why.wrongPath) return problem;
  const near = why.near?.map((path) => `'${path}'`) ?? [];
  const notes = [
    ...(near.length > 0 ? [`Did you mean ${near.join(' or ')}?`] : []),
    `What belongs here is the path of ${wanted}.`,
  ];
  return { ...problem, message: why.reason, notes, exit: kinds.usage.exit };
}
