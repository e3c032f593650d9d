/** What a tuning is asked for. */
import type { Compensation } from '../correct/compensate.ts';
import type { ResultStore } from '../files/result-store.ts';
import type { CompileOptions } from '../ir/options.ts';
import type { Device } from '../runtime/device.ts';
import type { LossReport, MappingReport } from './loss.ts';

/** Images used at most, both halves together, where nothing else is said. */
export const defaultImages = 500;
/** Chips per measurement, where nothing else is said; of a mapping of many arrays, which are alike as a whole, one does. */
export const defaultTrials = 2;
export const manyArrays = 64;
/** Seconds that a tuning takes at most, about, where nothing else is said. */
export const defaultBudget = 900;

export interface TuneOptions {
  /** Largest accepted loss of top-1 against floating point (points), mean over chips. Default: 1. */
  readonly maxDrop?: number;
  /** Largest share of the multiplications that may stay digital (percent). Default: 10. */
  readonly maxDigital?: number;
  /** Images used at most, half of them held out. Default: 500. */
  readonly images?: number;
  /** Chips per measurement. Default: 2; 1 where the mapping as given takes more than 64 arrays. */
  readonly trials?: number;
  /** Seed of the first chip. Default: 1. */
  readonly seed?: number;
  readonly threads?: number;
  /** Where chips run the images, as for `verify`. Default: `cpu`. */
  readonly device?: Device;
  readonly scoreOutput?: string;
  /** Go on where floating point is right no more often than a guess. Default: false. */
  readonly acceptChance?: boolean;
  /** Time after programming at which the chips are read (s). Default: right after it. */
  readonly at?: number;
  /** What is done about what has moved until then. Default: gain and bias of all columns are fitted at that time. */
  readonly compensate?: Compensation;
  /** Seconds that it may take: nothing is begun that would not end within them, held-out images included. Default: 900. */
  readonly budget?: number;
  /** Goes on with an earlier run, whose measurements the store has: it is an error if there are none. */
  readonly resume?: boolean;
  /** Where finished measurements are kept, and taken from. Default: nowhere. */
  readonly store?: ResultStore;
  /** Called when a stage starts, and as it goes on. */
  readonly onProgress?: (stage: string, done: number, total: number) => void;
  /** Called with every measurement when it is there. */
  readonly onMeasured?: (measured: MeasuredStep) => void;
  /** Called before mappings are searched. */
  readonly onPlan?: (plan: Plan) => void;
  /** Called with every mapping that loses least so far, of those that take no more arrays than there may be. */
  readonly onBest?: (options: CompileOptions, report: MappingReport) => void;
}

/** One measurement, for who watches. */
export interface MeasuredStep extends Partial<LossReport> {
  /** Such as `mapping: most exact`, or `without stuck cells`. */
  readonly what: string;
  readonly arrays?: number;
  /** Whether it meets the bound, where it is about one. */
  readonly met?: boolean;
  /** Chips that were programmed; absent where it is about none. */
  readonly trials?: number;
  readonly seconds: number;
  /** Seconds that are left of the budget. */
  readonly left: number;
}

/** What a search will measure at most. */
export interface Plan {
  /** Mappings on the path from the cheapest to the most exact. */
  readonly mappings: number;
  /** Seconds that measuring one takes, about, and how many there is time for. */
  readonly each: number;
  readonly most: number;
  /** Seconds that are left. */
  readonly left: number;
}

/** Most loss and most digital multiplications, in percent. */
export interface Limits {
  readonly maxDrop: number;
  readonly maxDigital: number;
}
