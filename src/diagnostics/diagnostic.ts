/**
 * What is wrong with the user's input, as data. One constructor per code, one exit code per kind of problem; all wording
 * is in diagnostics/. A stage collects every problem that it finds and raises them together.
 */
import { printableLine } from '../text/printable.ts';

export type Severity = 'error' | 'warning' | 'note';

export interface Diagnostic {
  /** `stage/what`, stable across versions. */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong, as one sentence. */
  readonly message: string;
  /** Where, in the user's own terms: an ONNX node, a target field, a byte offset, a file, a flag. */
  readonly at: string;
  /** What to do about it, and related places. */
  readonly notes: readonly string[];
  /** Exit code of a run in which this is the only kind of error. */
  readonly exit: number;
}

/** The user's input is at fault: carries every problem of the stage that raised it. */
export class DiagnosticError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
    this.name = 'DiagnosticError';
    this.diagnostics = diagnostics;
  }
}

/** Our own bug: names the stage in which an invariant broke. */
export class InternalError extends Error {
  readonly stage: string;

  constructor(stage: string, message: string) {
    super(`internal error in ${stage}: ${message}`);
    this.name = 'InternalError';
    this.stage = stage;
  }
}

/** Raises the errors among `diagnostics`, if there are any. */
export function raise(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter((d) => d.severity === 'error');
  if (errors.length > 0) throw new DiagnosticError(errors);
}

/** Text form: `error[code] at PLACE: message`, then one indented line per note. */
export function formatDiagnostic(d: Diagnostic): string {
  const lines = [`${d.severity}[${d.code}] at ${d.at}: ${d.message}`, ...d.notes.map((n) => `  ${n}`)];
  return lines.map(printableLine).join('\n');
}

/** Exit code of a run that ended with these errors: that of their kind where it is one, else 1. */
export function exitCodeOf(diagnostics: readonly Diagnostic[]): number {
  const codes = new Set(diagnostics.filter((d) => d.severity === 'error').map((d) => d.exit));
  return codes.size === 1 ? [...codes][0]! : 1;
}
