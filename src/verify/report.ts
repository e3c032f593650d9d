/** What a verification found, as plain data that JSON can hold. Accuracies are in percent, the rest in SI units. */
import type { ArrayCounters } from '../chip/chip.ts';
import type { RewritingReport } from '../chip/rewriting.ts';
import type { CorrectionCost } from '../column-correction.ts';
import type { Compensation } from '../correct/compensate.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Origin } from '../ir/graph.ts';
import type { DeviceReport } from '../simulate/check-device.ts';
import type { Effect } from '../target/effect.ts';
import type { CalibrationCost } from './calibration-cost.ts';
import type { Metric } from './metric.ts';
import { decibels, type PairedDifference, type SignalAndNoise } from './metrics.ts';

/** A signal-to-noise ratio in dB; in words where it has no finite value. */
export type Snr = number | 'equal' | 'not finite';

export function snrOf(sums: SignalAndNoise): Snr {
  const value = decibels(sums);
  if (Number.isFinite(value)) return value;
  return value > 0 ? 'equal' : 'not finite';
}

/** Figures of one model. Absent: top-1 and top-5 without labels, top-5 with few classes, agreement without classes. */
export interface Scores {
  readonly top1?: number;
  readonly top5?: number;
  /** Texts that are read without a mistake; absent without texts of the samples. */
  readonly words?: number;
  /** Symbols to change, of those that are written; without texts of the samples, of those that floating point reads. */
  readonly symbolErrors?: number;
  /** Root of the mean square error of values, in their unit. */
  readonly rmse?: number;
  /** 1 - error / variation, of squares of all values; absent where nothing varies. */
  readonly r2?: number;
  /** Share of the images that get the same class, or the same text, as from the floating-point model. */
  readonly agreement?: number;
}

/** The floating-point model, and the integer reference. */
export type ReferenceName = 'float' | 'ideal';

interface ComparedScores extends Scores {
  /** Of the outputs. */
  readonly snrToFloat: Snr;
}

/** One chip's figures. */
export interface RunScores extends ComparedScores {
  readonly snrToIdeal: Snr;
}

export interface TrialReport extends RunScores {
  /** The chip's seed. */
  readonly seed: number;
  /** Folder of a chip that was programmed before. */
  readonly chip?: string;
  /** Whether it has digital gains and biases of its own in the first of the readings. */
  readonly calibrated: boolean;
  /** Of the corrections that it has at the first time. */
  readonly corrections: CorrectionCost;
  /** What programming took, summed over the arrays. */
  readonly programming: ArrayCounters;
  /** Absent where it was left as it was programmed. */
  readonly rewritten?: RewritingReport;
  /** Programming pulses (SET and RESET) per formed cell; absent where no cell was formed. */
  readonly pulsesPerCell?: number;
  /** Seconds of this computer. */
  readonly duration: { readonly program: number; readonly simulate: number };
}

/** Mean over trials; the sample standard deviation is absent for one trial. */
export interface Spread {
  readonly mean: number;
  readonly deviation?: number;
}

export interface MappedReport {
  readonly top1?: Spread;
  readonly top5?: Spread;
  readonly words?: Spread;
  readonly symbolErrors?: Spread;
  readonly rmse?: Spread;
  readonly r2?: Spread;
  readonly agreement?: Spread;
  /** Top-1 minus that of the floating-point model, over trials and images. */
  readonly difference?: PairedDifference;
  /** Of the outputs, over all trials. */
  readonly snrToFloat: Snr;
  readonly snrToIdeal: Snr;
}

/** The chips at one time after programming, through their wires or as if those had no resistance. */
export interface ReadingReport extends MappedReport {
  /** Seconds. */
  readonly at: number;
  readonly wires: boolean;
  readonly compensated: Compensation;
  /** When gains and biases were fitted (s after programming); absent where nothing is calibrated, and where chips differ in it. */
  readonly calibratedAt?: number;
  /**
   * Whether layers were corrected one after the other, on what those before them give of whole samples; false: each by itself. Absent
   * as that is.
   */
  readonly sequential?: boolean;
  readonly trials: readonly ReadScores[];
}

/** One chip's figures in one reading. */
export interface ReadScores extends RunScores {
  /** Seconds after programming; absent where nothing is calibrated. */
  readonly calibratedAt?: number;
}

/**
 * How long chips keep within a loss, of the times that were measured: those that are calibrated as they are read until they have
 * to be programmed anew, others until they have to be calibrated anew.
 */
export interface RefreshReport {
  /** Points. */
  readonly maxDrop: number;
  /** When all readings were calibrated (s after programming); absent where each was at its own time, or none. */
  readonly calibratedAt?: number;
  /** Longest time (s) up to which all losses are within; absent where the first is not. */
  readonly within?: number;
  /** First time whose loss is larger; absent where none is. */
  readonly beyond?: number;
}

export interface LayerReport {
  readonly origin: Origin;
  /** Name of the value. */
  readonly output: string;
  /** Of the layer's output against the integer reference, errors of earlier layers included; over all trials. */
  readonly snr: Snr;
  /** The same where the layer is given what the integer reference gives it: what it errs by itself. */
  readonly own: Snr;
  /** Share of its conversions that saturate, over all trials; 0 where its form is exact and nothing can. */
  readonly saturated: number;
}

interface AssumedValue {
  readonly field: string;
  /** As it is written in the target file. */
  readonly text: string;
  /** The reasoning behind it. */
  readonly source: string;
}

export interface BoundReport {
  readonly flag: '--min-accuracy' | '--max-drop';
  /** Percent, or points. */
  readonly limit: number;
  readonly measured: number;
  readonly met: boolean;
}

/** What an inference costs by the compiler's count. */
export interface CostReport {
  readonly arrays: number;
  readonly chips: number;
  /** Per inference. */
  readonly mvms: number;
  readonly conversions: number;
  /** Joules and seconds of the conversions of one inference. */
  readonly conversionEnergy: number;
  readonly conversionTime: number;
}

export interface VerifyReport {
  readonly crossloom: string;
  readonly model: { readonly file: string; readonly sha256: string };
  readonly package: { readonly folder: string; readonly bitstream: string };
  readonly target: {
    readonly name: string;
    readonly title: string;
    readonly fingerprint: string;
    readonly overrides: readonly string[];
  };
  readonly data: {
    readonly name: string;
    readonly path: string;
    readonly images: number;
    readonly labelled: boolean;
    /** What the figures are of; absent where the output is no list of classes and no metric was given. */
    readonly metric?: 'classes' | Metric['kind'];
    /** Absent where the output is no list of classes. */
    readonly classes?: number;
    readonly labelOffset: number;
    /** Images of the data that were also used for calibration. */
    readonly calibrationOverlap: number;
    /** Whether those were left out. */
    readonly calibrationExcluded: boolean;
    readonly preprocessing: unknown;
  };
  /** The model's output that was scored. */
  readonly output: string;
  readonly seeds: readonly number[];
  readonly float: Scores;
  readonly ideal: ComparedScores & { readonly difference?: PairedDifference };
  /** Of these two, those whose outputs an earlier run has kept. */
  readonly recalledReferences: readonly ReferenceName[];
  /** The first of the readings. */
  readonly mapped: ReadingReport;
  /** Each time through the wires first, then without, where the target has wires. */
  readonly readings: readonly ReadingReport[];
  /** With a bound on the loss and several times. */
  readonly refresh?: RefreshReport;
  /** What calibrating one chip takes; absent where nothing is calibrated. */
  readonly calibration?: CalibrationCost;
  readonly trials: readonly TrialReport[];
  /** Trials that an earlier verification has run and kept; their durations are those of then. */
  readonly recalledTrials: number;
  /** Images on which the outputs' signal-to-noise ratios of chips were taken. */
  readonly snrImages: number;
  readonly layers: { readonly images: number; readonly snr: readonly LayerReport[] };
  readonly cost: CostReport;
  readonly effects: readonly Effect[];
  readonly notModelled: readonly string[];
  /** Whether chips with the same programmed conductances are read alike, whatever their seed. */
  readonly readsAlike: boolean;
  /** Values of the target that are assumed, and how many values it has. */
  readonly assumed: { readonly of: number; readonly values: readonly AssumedValue[] };
  /** Largest difference of the integer reference on this computer to the answers that the compiler recorded. */
  readonly knownAnswer: { readonly maxDifference: number; readonly largest: number };
  /** Where chips ran, and what a check found of it; absent for the processor. */
  readonly device?: DeviceReport;
  readonly bounds: readonly BoundReport[];
  readonly warnings: readonly Diagnostic[];
  /** Seconds of this computer. */
  readonly duration: number;
}
