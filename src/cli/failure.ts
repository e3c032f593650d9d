/** What ended a run -> its exit code, and what there is to say about it. */
import { type Command, CommanderError } from 'commander';
import { refusedBySystem } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, exitCodeOf } from '../diagnostics/diagnostic.ts';
import { printableLine } from '../text/printable.ts';
import { formatInterruption } from './interrupt.ts';
import { Interrupted, interruptedExit } from './interrupted.ts';
import type { Io } from './io.ts';
import { usageProblems } from './usage.ts';

export interface Failure {
  readonly exit: number;
  readonly errors: readonly Diagnostic[];
  /** What is printed in place of these, where no program reads it. */
  readonly text?: string;
}

/** Exit code of our own bugs. */
const bugExit = 70;

export function failureOf(error: unknown, program: Command, args: readonly string[], io: Io): Failure {
  if (error instanceof CommanderError) {
    // Help and version end a run too; help in place of a missing verb is an error that needs no further words.
    if (error.exitCode === 0) return { exit: 0, errors: [] };
    if (error.code === 'commander.help') return { exit: 2, errors: [] };
    return failed(usageProblems(program, args, error));
  }
  if (error instanceof DiagnosticError) return failed(error.diagnostics);
  if (error instanceof Interrupted) return interruption(formatInterruption(error, io, args));
  if (isEnvironmentError(error)) return failed([refusedBySystem(error.message)]);
  return bug(error, io.env.CROSSLOOM_DEBUG === '1');
}

function failed(problems: readonly Diagnostic[]): Failure {
  const suggests = ({ notes }: Diagnostic) => (notes.some((note) => note.startsWith('Did you mean')) ? 0 : 1);
  // What a user only misspelt may be the reason for the rest.
  return { exit: exitCodeOf(problems), errors: problems.toSorted((a, b) => suggests(a) - suggests(b)) };
}

/** Whether the operating system refused something, such as a missing right, a full disk, or a path with a NUL in it. */
function isEnvironmentError(error: unknown): error is Error {
  if (!(error instanceof Error && 'code' in error)) return false;
  return (
    'syscall' in error || (error.code === 'ERR_INVALID_ARG_VALUE' && error.message.includes('null bytes'))
  );
}

function interruption(text: string): Failure {
  const diagnostic: Diagnostic = {
    code: 'run/interrupted',
    severity: 'error',
    message: text.trimEnd(),
    at: 'Ctrl-C',
    notes: [],
    exit: interruptedExit,
  };
  return { exit: interruptedExit, errors: [diagnostic], text };
}

/** @param debug whether it is told with its stack trace, which stands as it is, for whoever reports it */
function bug(error: unknown, debug: boolean): Failure {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const said = 'This is a bug in Crossloom, please report it with the command line';
  const more =
    debug && error instanceof Error ? (error.stack ?? '') : 'CROSSLOOM_DEBUG=1 adds the stack trace.';
  const diagnostic: Diagnostic = {
    code: 'internal/bug',
    severity: 'error',
    message,
    at: 'Crossloom itself',
    notes: [`${said}.`, ...more.split('\n')],
    exit: bugExit,
  };
  return { exit: bugExit, errors: [diagnostic], text: `${said}: ${printableLine(message)}\n${more}\n` };
}
