/** What a verb sees of the outside world, so that tests can run every verb in process. */

import { bitstreamUnreadable } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, formatDiagnostic } from '../diagnostics/diagnostic.ts';
import { printable, printableLine } from '../text/printable.ts';

export interface Io {
  /** Results. */
  readonly stdout: (text: string) => void;
  /** Diagnostics, progress and logs. */
  readonly stderr: (text: string) => void;
  /** Replaces the live line of the terminal, on stderr. */
  readonly redraw: (line: string) => void;
  readonly stdin: () => AsyncIterable<Uint8Array>;
  /** Whether stderr is a terminal: only then progress is drawn. */
  readonly isTty: boolean;
  /** Characters per line of stdout; undefined where it is not a terminal. */
  readonly columns: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
  /** Has `listener` called at the next Ctrl-C, which then does not end the process. @returns what takes it back */
  readonly onInterrupt: (listener: () => void) => () => void;
}

/** The real world. */
export function processIo(): Io {
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    // A line that wraps would not be replaced.
    redraw: (line) =>
      void process.stderr.write(`\r\u001b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`),
    stdin: () => process.stdin,
    isTty: process.stderr.isTTY === true,
    columns: process.stdout.isTTY === true ? process.stdout.columns : undefined,
    env: process.env,
    now: () => performance.now(),
    onInterrupt(listener) {
      process.once('SIGINT', listener);
      return () => void process.off('SIGINT', listener);
    },
  };
}

/** An Io whose texts are safe to print, whatever names the user's files put into them. */
export function withPrintable(io: Io): Io {
  return {
    ...io,
    stdout: (text) => io.stdout(printable(text)),
    stderr: (text) => io.stderr(printable(text)),
    redraw: (line) => io.redraw(printableLine(line)),
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

/** Prints a result for programs: the form that every `--json` has. */
export function printJson(io: Io, value: unknown): void {
  io.stdout(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints diagnostics, warnings and notes included, to stderr. */
export function printDiagnostics(io: Io, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) io.stderr(`${formatDiagnostic(diagnostic)}\n`);
}
