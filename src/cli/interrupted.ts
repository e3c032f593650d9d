/** What ends a run that was told to stop, and how far it came. */

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
