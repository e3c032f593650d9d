/** What a tuning is asked for. */

/** Images used at most, both halves together, where nothing else is said. */
export const defaultImages = 500;
/** Chips per measurement, where nothing else is said. */
export const defaultTrials = 2;

export interface TuneOptions {
  /** Largest accepted loss of top-1 against floating point (points), mean over chips. Default: 1. */
  readonly maxDrop?: number;
  /** Largest share of the multiplications that may stay digital (percent). Default: 10. */
  readonly maxDigital?: number;
  /** Images used at most, half of them held out. Default: 500. */
  readonly images?: number;
  /** Chips per measurement. Default: 2. */
  readonly trials?: number;
  /** Seed of the first chip. Default: 1. */
  readonly seed?: number;
  readonly threads?: number;
  readonly scoreOutput?: string;
  /** Go on where floating point is right no more often than a guess. Default: false. */
  readonly acceptChance?: boolean;
  /** Called when a stage starts, and as it goes on. */
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/** Most loss and most digital multiplications, in percent. */
export interface Limits {
  readonly maxDrop: number;
  readonly maxDigital: number;
}
