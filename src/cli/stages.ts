/** Progress of a verb that goes through several phases: starts a phase when it is first heard of, and ends the one before. */
import { interruptible } from './interrupt.ts';
import type { Interruption } from './interrupted.ts';
import type { Io } from './io.ts';
import { type Progress, progress } from './progress.ts';

export interface Stages {
  /**
   * Says that `done` of `total` steps of the phase `label` are finished, and perhaps what came out so far.
   * @throws Interrupted after Ctrl-C
   */
  readonly report: (label: string, done: number, total: number, note?: string) => void;
  /** Aborted by Ctrl-C, for work that looks after it between its reports. */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` with stages that end with it, also where it fails.
 * @param stopped what is kept of work that Ctrl-C stops
 * @throws Interrupted
 */
export function withStages<T>(
  io: Io,
  work: (stages: Stages) => Promise<T>,
  stopped: () => Omit<Interruption, 'at'> = () => ({}),
): Promise<T> {
  let current: { readonly label: string; readonly bar: Progress } | undefined;
  let at: string | undefined;
  const report =
    (signal: AbortSignal): Stages['report'] =>
    (label, done, total, note) => {
      at = `${label}: ${done}/${total}`;
      signal.throwIfAborted();
      if (current?.label !== label) {
        current?.bar.end();
        current = { label, bar: progress(io, label, total) };
      }
      current.bar.update(done, note);
    };
  return interruptible(
    io,
    async (signal) => {
      try {
        return await work({ report: report(signal), signal });
      } finally {
        current?.bar.end();
      }
    },
    () => ({ at, ...stopped() }),
  );
}
