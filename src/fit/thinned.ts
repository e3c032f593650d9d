/** What was measured -> what a plot shows of it. */

/** Points of a plot at most. */
const most = 1500;

export interface Thinned<T> {
  readonly shown: readonly T[];
  /** Which of them these are, for the text under the plot; empty where they are all. */
  readonly note: string;
}

export function thinned<T>(all: readonly T[]): Thinned<T> {
  const every = Math.ceil(all.length / most);
  return {
    shown: all.filter((_, i) => i % every === 0),
    note: every > 1 ? `, of which every ${every}th is shown` : '',
  };
}
