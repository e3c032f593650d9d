/** Progress of one phase: a live line on a terminal, one log line elsewhere; nothing for a phase shorter than a second. */
import type { Io } from './io.ts';

export interface Progress {
  /** Says that `done` of the total are finished, and what came out so far where that is worth saying. */
  readonly update: (done: number, note?: string) => void;
  /** Ends the phase: clears the live line, or logs that the phase is over. */
  readonly end: () => void;
}

/** A phase shorter than this is not worth a word (ms). */
const quietTime = 1000;
/** Time between two drawings of the live line (ms). */
const drawInterval = 100;

const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;

/**
 * Starts a phase.
 * @param label what is being done, such as `programming arrays`
 * @param total number of steps; undefined where it is unknown
 */
export function progress(io: Io, label: string, total?: number): Progress {
  const start = io.now();
  let drawn: number | undefined;
  let finished = 0;
  let said = '';
  const count = () => (total === undefined ? `${finished}` : `${finished}/${total}`);
  return {
    update(done, note) {
      finished = done;
      said = note === undefined ? '' : `; ${note}`;
      const now = io.now();
      if (!io.isTty || now - start < quietTime || now - (drawn ?? Number.NEGATIVE_INFINITY) < drawInterval)
        return;
      drawn = now;
      const share = total === undefined || total === 0 ? '' : ` ${Math.floor((100 * done) / total)} %`;
      io.redraw(`${label}: ${count()}${share}, ${seconds(now - start)}${said}`);
    },
    end() {
      const time = io.now() - start;
      if (drawn !== undefined) io.redraw('');
      if (!io.isTty && time >= quietTime) io.stderr(`${label}: ${count()}, ${seconds(time)}${said}\n`);
    },
  };
}
