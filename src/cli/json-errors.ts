/** With `--json`, everything that a run has to say on stderr -> one object at its end. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { version } from '../files/version.ts';
import type { Report } from '../report/schemas/all.ts';
import { named } from '../report/schemas/name.ts';
import type { Io } from './io.ts';

/** Whether results are asked for as JSON, also where the rest of the command line is wrong. */
export function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).includes('--json');
}

export interface JsonErrors {
  /** Keeps diagnostics; leaves out what phases log. */
  readonly io: Io;
  /** Writes the object, where there was anything to say. */
  readonly end: (exit: number) => void;
}

export function jsonErrors(io: Io): JsonErrors {
  const told: Diagnostic[] = [];
  const of = (severity: Diagnostic['severity']) => told.filter((one) => one.severity === severity);
  return {
    io: { ...io, stderr: () => {}, diagnose: (diagnostics) => void told.push(...diagnostics) },
    end(exit) {
      if (told.length === 0) return;
      const all: Report<'errors'> = {
        crossloom: version,
        exit,
        errors: of('error'),
        warnings: of('warning'),
      };
      io.stderr(`${JSON.stringify(named('errors', all), null, 2)}\n`);
    },
  };
}
