/** What came of a case: what was thrown, or nothing -> accepted, refused by a code, or a finding. */
import { DiagnosticError } from '../src/diagnostics/diagnostic.ts';
import { type Code, exitOf } from '../src/diagnostics/kinds.ts';

export interface Finding {
  readonly kind: 'finding';
  /** By which findings are told apart: the name of the error and the topmost frame that is ours. */
  readonly what: string;
  readonly message: string;
}

export type Outcome =
  | { readonly kind: 'accepted' }
  /** @property code of the first diagnostic */
  | { readonly kind: 'refused'; readonly code: string }
  | Finding;

/** Results that contradict each other: thrown by what a class executes. */
export class Inconsistency extends Error {
  override readonly name = 'Inconsistency';
}

/** A verb of the command line refused its input. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** A verb of the command line ended as only a bug lets it end. */
export class Bug extends Error {
  override readonly name = 'Bug';
  readonly what: string;

  constructor(what: string, message: string) {
    super(message);
    this.what = what;
  }
}

export const accepted: Outcome = { kind: 'accepted' };

export function judge(error: unknown): Outcome {
  if (error instanceof Refusal) return { kind: 'refused', code: error.code };
  if (error instanceof Bug) return { kind: 'finding', what: error.what, message: error.message };
  if (error instanceof DiagnosticError) return judgeDiagnostics(error);
  if (!(error instanceof Error)) return { kind: 'finding', what: 'no Error', message: String(error) };
  const message = error.stack ?? error.message;
  if (error instanceof Inconsistency)
    return { kind: 'finding', what: `${error.name}: ${error.message.split(':')[0]}`, message };
  return { kind: 'finding', what: whatOf(error.name, error.stack ?? ''), message };
}

function judgeDiagnostics({ diagnostics }: DiagnosticError): Outcome {
  const unregistered = diagnostics.find(({ code }) => exitOf(code as Code) === undefined);
  if (unregistered || diagnostics.length === 0)
    return { kind: 'finding', what: 'no registered code', message: JSON.stringify(diagnostics) };
  return { kind: 'refused', code: diagnostics[0]!.code };
}

/** The name of an error and the topmost frame that is ours, `TypeError at sizeOf (src/math/tensor.js:12)`, or else of any. */
export function whatOf(name: string, stack: string): string {
  const frames = [...stack.matchAll(/^ {4}at (?:async )?(?:(.+?) \()?(\S+?):(\d+):\d+\)?$/gm)].map(
    ([, caller = '(module)', file = '', line]) => {
      const own = /^(?!.*\/node_modules\/).*\/dist\/((?:src|passes|fuzz)\/.*)$/.exec(file)?.[1];
      return { own: own !== undefined, text: `${caller} (${own ?? file.split('/').at(-1)}:${line})` };
    },
  );
  const frame = frames.find(({ own }) => own) ?? frames[0];
  return frame ? `${name} at ${frame.text}` : `${name} without a frame`;
}
