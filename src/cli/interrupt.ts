/**
 * Ctrl-C: the first one asks what runs to stop between two units of its work, so that nothing is left half-written and what
 * is finished is kept; the second one ends the process at once.
 */
import { commandLine } from './command-line.ts';
import { Interrupted, type Interruption } from './interrupted.ts';
import type { Io } from './io.ts';

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
export function formatInterruption(
  { at, kept, goOn }: Interruption,
  io: Pick<Io, 'program'>,
  args: readonly string[],
): string {
  const where = at === undefined ? '' : ` at ${at}`;
  const what = kept ?? 'nothing was written';
  if (goOn === undefined) return `interrupted${where}; ${what}\n`;
  const more = goOn.filter((flag) => !args.includes(flag));
  return `interrupted${where}; ${what}; this goes on from there:\n${commandLine(io, [...args, ...more])}\n`;
}
