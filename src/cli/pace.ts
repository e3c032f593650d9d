/** How many steps of a phase were finished when -> the time that is left of it. Times in ms. */

interface Mark {
  readonly done: number;
  readonly at: number;
}

/** From the first mark on, before which a phase starts its threads, to the last. */
export interface Pace {
  readonly first: Mark;
  readonly last: Mark;
}

/** A pace of less than this is none: steps of several threads end together. */
const shortest = 2000;

export function paceAfter(pace: Pace | undefined, done: number, at: number): Pace {
  const last = { done, at };
  if (pace && done === pace.last.done) return pace;
  return { first: pace && done > pace.first.done ? pace.first : last, last };
}

/**
 * The mean pace so far, which does not jump. A step that takes longer than the mean holds the estimate where its end was expected.
 * @returns undefined before it can be told, and where nothing is left
 */
export function timeLeft({ first, last }: Pace, total: number, now: number): number | undefined {
  const time = last.at - first.at;
  if (time < shortest || last.done >= total) return undefined;
  const perStep = time / (last.done - first.done);
  return perStep * (total - last.done) - Math.min(perStep, now - last.at);
}
