/** Problems with fields of a target -> diagnostics, each at the line of the file or at the flag that has set the field. */
import { optionInvalid, targetInvalid } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Problem } from './problem.ts';

export interface Place {
  /** As the user named it. */
  readonly file: string;
  /** Line of a path in the file, where it is there. */
  readonly lineOf: (path: readonly string[]) => number | undefined;
  /** Fields that a flag has set, with the flag. */
  readonly setBy: ReadonlyMap<string, string>;
}

/** A leaf is named by its field: `adc.bits.value` is `adc.bits`; the other parts keep their names. */
export function fieldName(path: readonly string[]): string {
  const named = path.filter((part, i) => i === 0 || part !== 'value');
  return named.length === 0 ? 'the file' : named.join('.');
}

export function diagnosticOf(problem: Problem, place: Place): Diagnostic {
  const field = fieldName(problem.path);
  const flag = place.setBy.get(field) ?? place.setBy.get(fieldName(problem.path.slice(0, -1)));
  if (flag !== undefined) return optionInvalid(flag, problem.reason, ...(problem.notes ?? []));
  const diagnostic = (problem.diagnose ?? targetInvalid)(located(problem.path, place), field, problem.reason);
  // What is said of this very field says more than what is said of all.
  return problem.notes?.length ? { ...diagnostic, notes: problem.notes } : diagnostic;
}

function located(path: readonly string[], { file, lineOf }: Place): string {
  for (let length = path.length; length > 0; length--) {
    const line = lineOf(path.slice(0, length));
    if (line !== undefined) return `${file}:${line}`;
  }
  return file;
}
