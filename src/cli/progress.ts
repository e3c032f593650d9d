/**
 * Progress of one phase, with the time that is left: a live line on a terminal; elsewhere a line now and then, and one at its
 * end. Nothing for a phase shorter than a second.
 */
import type { Io } from './io.ts';
import { type Pace, paceAfter, timeLeft } from './pace.ts';

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
/** Time between two looks at the clock where no step ends (ms). */
const tick = 250;
/** Time between two lines of a log: ten seconds in the first minute of a phase, then a minute (ms). */
const logInterval = (elapsed: number) => (elapsed < 60_000 ? 10_000 : 60_000);

const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;

/**
 * Starts a phase.
 * @param label what is being done, such as `programming arrays`
 * @param total number of steps; one that cannot be divided is 1
 */
export function progress(io: Io, label: string, total: number): Progress {
  const start = io.now();
  let due = start + (io.isTty ? quietTime : logInterval(0));
  let last: string | undefined;
  let finished = 0;
  let said = '';
  let pace: Pace | undefined;
  const line = (now: number, left: string) => {
    const count = total === 1 ? '' : `${finished}/${total}, `;
    return `${label}: ${count}${seconds(now - start)}${left}${said}`;
  };
  const show = () => {
    const now = io.now();
    if (now < due) return;
    due = now + (io.isTty ? drawInterval : logInterval(now - start));
    const left = pace && timeLeft(pace, total, now);
    const text = line(now, left === undefined ? '' : `, about ${formatLeft(left)} left`);
    if (io.isTty) io.redraw(text);
    else io.stderr(`${text}\n`);
    last = text;
  };
  const timer = setInterval(show, tick);
  timer.unref();
  return {
    update(done, note) {
      finished = done;
      said = note === undefined ? '' : `; ${note}`;
      pace = paceAfter(pace, done, io.now());
      show();
    },
    end() {
      clearInterval(timer);
      const now = io.now();
      const text = line(now, '');
      if (io.isTty && last !== undefined) io.redraw('');
      if (!io.isTty && now - start >= quietTime && text !== last) io.stderr(`${text}\n`);
    },
  };
}

/** As finely as an estimate deserves. */
function formatLeft(ms: number): string {
  const [s, min] = [Math.max(1, Math.round(ms / 1000)), Math.round(ms / 60_000)];
  if (s < 100) return `${s} s`;
  return min < 100 ? `${min} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}
