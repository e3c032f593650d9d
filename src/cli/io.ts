/** What a verb sees of the outside world, so that tests can run every verb in process. */

import { bitstreamUnreadable } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, formatDiagnostic } from '../diagnostics/diagnostic.ts';
import type { Report, ReportName } from '../report/schemas/all.ts';
import { named } from '../report/schemas/name.ts';
import { withoutCredentials } from '../text/credentials.ts';
import { printable, printableLine } from '../text/printable.ts';
import { openQuestions, type Questions } from './ask.ts';
import { programName } from './command-line.ts';

export interface Io {
  /** Results. */
  readonly stdout: (text: string) => void;
  /** Diagnostics, progress and logs. */
  readonly stderr: (text: string) => void;
  /** Takes diagnostics, where they are not printed one by one. */
  readonly diagnose?: (diagnostics: readonly Diagnostic[]) => void;
  /** Replaces the live line of the terminal, on stderr. */
  readonly redraw: (line: string) => void;
  readonly stdin: () => AsyncIterable<Uint8Array>;
  /** Opens questions to whoever sits at the terminal; absent where nobody does. */
  readonly questions?: () => Questions;
  /** Whether stderr is a terminal: only then progress is drawn. */
  readonly isTty: boolean;
  /** Characters per line of stdout; undefined where it is not a terminal. */
  readonly columns: number | undefined;
  /** How a shell finds this program, in lines that are printed to be pasted. */
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
  /** Has `listener` called at the next Ctrl-C, which then does not end the process. @returns what takes it back */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** The same for SIGTERM, by which a scheduler ends a process. */
  readonly onTerminate: (listener: () => void) => () => void;
}

/** What a text marks as assumed, in yellow. */
export function assumedInColour(text: string): string {
  return text.replace(/\(assumed[^()\n]*\)/g, (marked) => `\u001b[33m${marked}\u001b[39m`);
}

/** The real world. */
export function processIo(): Io {
  const inColour = process.stdout.isTTY === true && !process.env.NO_COLOR;
  return {
    stdout: (text) => void process.stdout.write(inColour ? assumedInColour(text) : text),
    stderr: (text) => void process.stderr.write(text),
    // A line that wraps would not be replaced.
    redraw: (line) =>
      void process.stderr.write(`\r\u001b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`),
    stdin: () => process.stdin,
    ...(process.stdin.isTTY === true && process.stderr.isTTY === true ? { questions: openQuestions } : {}),
    isTty: process.stderr.isTTY === true,
    columns: process.stdout.isTTY === true ? process.stdout.columns : undefined,
    program: programName(process.argv[1] ?? 'crossloom', process.cwd()),
    env: process.env,
    now: () => performance.now(),
    onInterrupt: (listener) => onceSignalled('SIGINT', listener),
    onTerminate: (listener) => onceSignalled('SIGTERM', listener),
  };
}

function onceSignalled(signal: NodeJS.Signals, listener: () => void) {
  process.once(signal, listener);
  return () => void process.off(signal, listener);
}

/** An Io whose texts are safe to print, whatever names the user's files put into them, and whatever URLs a command line has. */
export function withPrintable(io: Io): Io {
  return {
    ...io,
    stdout: (text) => io.stdout(withoutCredentials(printable(text))),
    stderr: (text) => io.stderr(withoutCredentials(printable(text))),
    redraw: (line) => io.redraw(withoutCredentials(printableLine(line))),
  };
}

/**
 * Watches what cannot be written: a reader such as `head` may close the pipe early, and a disk may be full. The run goes on, and
 * its code stays what it is; only a success whose results are lost is none.
 */
export function watchOutput(io: Io): void {
  let lost: NodeJS.ErrnoException | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!lost && error.code !== 'EPIPE') io.stderr(`error: standard output: ${error.message}\n`);
    lost ??= error;
  });
  process.stderr.on('error', () => undefined);
  process.on('exit', (code) => {
    if (code === 0 && lost && lost.code !== 'EPIPE') process.exitCode = 2;
  });
}

/**
 * All of standard input.
 * @throws DiagnosticError bitstream/unreadable where it has more than `most` bytes
 */
export async function readStdin(io: Io, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of io.stdin()) {
    length += chunk.length;
    if (length > most)
      throw new DiagnosticError([
        bitstreamUnreadable('standard input', `it has more than ${most / 2 ** 20} MiB`),
      ]);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Prints a result for programs, with the name of its form. */
export function printJson<Name extends ReportName>(io: Io, name: Name, report: Report<Name>): void {
  io.stdout(`${JSON.stringify(named(name, report), null, 2)}\n`);
}

/** Prints diagnostics, warnings and notes included, to stderr. */
export function printDiagnostics(io: Io, diagnostics: readonly Diagnostic[]): void {
  if (io.diagnose) io.diagnose(diagnostics);
  else for (const diagnostic of diagnostics) io.stderr(`${formatDiagnostic(diagnostic)}\n`);
}
