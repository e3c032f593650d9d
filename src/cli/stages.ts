/** Progress of a verb that goes through several phases: starts a phase when it is first heard of, and ends the one before. */
import type { Io } from './io.ts';
import { type Progress, progress } from './progress.ts';

export interface Stages {
  /** Says that `done` of `total` steps of the phase `label` are finished, and perhaps what came out so far. */
  readonly report: (label: string, done: number, total: number, note?: string) => void;
  /** Ends the current phase. */
  readonly end: () => void;
}

function stages(io: Io): Stages {
  let current: { readonly label: string; readonly bar: Progress } | undefined;
  const end = () => {
    current?.bar.end();
    current = undefined;
  };
  return {
    report(label, done, total, note) {
      if (current?.label !== label) {
        end();
        current = { label, bar: progress(io, label, total) };
      }
      current.bar.update(done, note);
    },
    end,
  };
}

/** Runs `work` with stages that end with it, also where it fails. */
export async function withStages<T>(io: Io, work: (stages: Stages) => Promise<T>): Promise<T> {
  const opened = stages(io);
  try {
    return await work(opened);
  } finally {
    opened.end();
  }
}
