/** What a verification is asked for. */
import type { Chip } from '../chip/chip.ts';
import type { Correction } from '../column-correction.ts';
import { type Compensation, usualCompensation } from '../correct/compensate.ts';
import { defined } from '../defined.ts';
import type { ResultStore } from '../files/result-store.ts';
import type { ImportedModel } from '../onnx/decode.ts';
import type { Package } from '../package/open.ts';
import type { RewriteOptions } from '../rewrite/rewrite-chip.ts';
import type { WiresRead } from './conditions.ts';
import type { Metric } from './metric.ts';

/** States of slow noise over all images, where nothing else is said. */
export const defaultStates = 8;

/** The model that was compiled, and the file as messages name it. */
export type ModelFile = ImportedModel & { readonly file: string };

/** Names a stage of one chip's trial, and says how far it is. */
export type OnStage = (what: string) => (done: number, total: number) => void;

export interface VerifyOptions {
  /** Chips to program. Default: 1. */
  readonly trials?: number;
  /** Seed of the first chip; the others count on from it. Default: 1. */
  readonly seed?: number;
  /** Chips that were programmed before, or their folders: used as they are instead of programming `trials` new ones. */
  readonly chips?: readonly (Chip | string)[];
  /** What a new chip with this seed is programmed from, compiled from the same model. Default: the package itself. */
  readonly packageFor?: (seed: number, stage: OnStage) => Promise<Package>;
  /** Re-estimate gain and bias on new chips. Default: true. */
  readonly calibrate?: boolean;
  /** What may be fitted on new chips at most; saved ones keep to what might be on them. Default: `defaultCorrection`. */
  readonly correction?: Correction;
  /** Write new chips against what is measured on them, for the first reading where nothing else is said. Default: no. */
  readonly rewrite?: RewriteOptions;
  /** Most images, evenly spread over the data. Default: all. */
  readonly images?: number;
  /** Of these images, those from number `from` up to before number `to`. Default: all. */
  readonly range?: { readonly from: number; readonly to: number };
  /** Leave images out that were used for calibration. */
  readonly excludeCalibration?: boolean;
  /** Images that run at once, at most. The report is the same for any number, but for the rounding of 32-bit floats. */
  readonly batchSize?: number;
  /** Worker threads. Default: as many as this machine runs at once. The report is the same for any number. */
  readonly threads?: number;
  /** Go on where floating point is right no more often than a guess. Default: false. */
  readonly acceptChance?: boolean;
  /** The model's output to score. Default: the first one with more than one class. */
  readonly scoreOutput?: string;
  /** How an output is scored that is no list of classes. Default: by its signal-to-noise ratio alone. */
  readonly metric?: Metric;
  /** Lowest accepted mean top-1 of the chips (percent); the report says whether it is met. */
  readonly minAccuracy?: number;
  /** Largest accepted loss of top-1 against floating point (points), mean over chips. */
  readonly maxDrop?: number;
  /** Times after programming at which the chips are read (s); bounds hold at the first. Default: right after it. */
  readonly at?: readonly number[];
  /**
   * Whether chips are read through the target's wires, as if these had no resistance, or both. Default: both, but through the
   * wires alone where the package's levels make up for them.
   */
  readonly wires?: WiresRead;
  /**
   * What is done about what has moved until then. Default: gain and bias of all columns are fitted as the chip is read; nothing
   * where new chips are not calibrated or `calibratedAt` is given.
   */
  readonly compensate?: Compensation;
  /**
   * Time after programming of a calibration whose gains all readings have (s), none of them earlier. Default: with `none` and
   * `global` when a saved chip was calibrated, and right after programming for a new one.
   */
  readonly calibratedAt?: number;
  /** Whether every layer is compared with the reference, by itself too. Default: true. */
  readonly layers?: boolean;
  /** Read noise, where the target has it. Default: true. */
  readonly noise?: boolean;
  /** States of random telegraph and 1/f noise over all images, at most. Default: 8. */
  readonly noiseStates?: number;
  /**
   * Keeps what floating point and the integer reference make of the images, and what every trial comes to, so that no later
   * verification runs them again. Default: nothing is kept.
   */
  readonly store?: ResultStore;
  /** Stops the verification between two units of its work. */
  readonly signal?: AbortSignal;
  /** Called after every trial. */
  readonly onTrial?: (finished: number, total: number) => void;
  /** Called when a stage starts, and as it goes on. */
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/** What is done about what has moved, where options leave it open too. */
export function compensationOf({ compensate, calibrate, calibratedAt }: VerifyOptions): Compensation {
  const held = calibrate === false || calibratedAt !== undefined;
  return compensate ?? (held ? 'none' : usualCompensation);
}

/** How new chips are written again that are first read `at` (s after programming). */
export function rewriteFor({ rewrite, noise }: VerifyOptions, at: number): RewriteOptions | undefined {
  return rewrite && { at, ...defined({ noise }), ...rewrite };
}
