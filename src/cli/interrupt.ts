/**
 * Ctrl-C: the first one asks what runs to stop between two units of its work, so that nothing is left half-written and what
 * is finished is kept; the second one ends the process at once.
 */
import { shellCommand } from '../text/shell.ts';
import type { Io } from './io.ts';

/** As of every process that SIGINT ends. */
export const interruptedExit = 130;

/** How far a run came that was told to stop. */
export interface Interruption {
  /** What was under way, such as `chip 1 of 3: program: 53/192`. */
  readonly at?: string | undefined;
  /** What is kept of the run, as a sentence. */
  readonly kept?: string | undefined;
  /** What the same command takes besides to go on from there; undefined where it begins anew. */
  readonly goOn?: readonly string[] | undefined;
}

/** Ends a run that was told to stop. By its name all that handles errors of work takes it for no failure. */
export class Interrupted extends Error implements Interruption {
  readonly at: string | undefined;
  readonly kept: string | undefined;
  readonly goOn: readonly string[] | undefined;

  constructor({ at, kept, goOn }: Interruption = {}) {
    super('interrupted');
    this.name = 'AbortError';
    this.at = at;
    this.kept = kept;
    this.goOn = goOn;
  }
}

/**
 * Does work that Ctrl-C stops.
 * @param work throws `signal.reason` between two units of its work once the signal is aborted
 * @param stopped asked when it has done so
 * @throws Interrupted
 */
export async function interruptible<T>(
  io: Io,
  work: (signal: AbortSignal) => Promise<T>,
  stopped: () => Interruption = () => ({}),
): Promise<T> {
  const controller = new AbortController();
  const reason = new Interrupted();
  const forget = io.onInterrupt(() => {
    if (io.isTty) io.redraw('');
    io.stderr('stopping after what is under way; Ctrl-C once more ends it at once\n');
    controller.abort(reason);
  });
  try {
    return await work(controller.signal);
  } catch (error) {
    throw error === reason ? new Interrupted(stopped()) : error;
  } finally {
    forget();
  }
}

/** @param args of the command line that was interrupted */
export function formatInterruption({ at, kept, goOn }: Interruption, args: readonly string[]): string {
  const where = at === undefined ? '' : ` at ${at}`;
  const what = kept ?? 'nothing was written';
  if (goOn === undefined) return `interrupted${where}; ${what}\n`;
  const more = goOn.filter((flag) => !args.includes(flag));
  return `interrupted${where}; ${what}; this goes on from there:\n${shellCommand(['crossloom', ...args, ...more])}\n`;
}
