/** What a tuning found, as plain data that JSON can hold. Accuracies are in percent, losses in points. */
import type { Compensation } from '../correct/compensate.ts';
import type { CompileOptions } from '../ir/options.ts';
import type { DeviceReport } from '../simulate/check-device.ts';
import type { Snr } from '../verify/report.ts';
import type { Blame } from './blame.ts';
import type { LayerClass } from './classes.ts';
import type { Loss, LossReport, MappingReport } from './loss.ts';
import type { Why } from './search.ts';
import type { Verdict } from './verdict.ts';
import type { TriedRemedies } from './wire-remedies.ts';

/** One layer alone on a chip of the mapping as given, and everything else in floating point. */
export interface LayerReport {
  readonly names: readonly string[];
  readonly class: LayerClass;
  /** Share of the network's crossbar multiplications. */
  readonly multiplications: number;
  /** Of the network's scores. */
  readonly snr: Snr;
  /** Images that get another class. */
  readonly changed: number;
}

/** A form that the layers of a class can take. */
interface FormReport {
  readonly name: string;
  /** Of the network's scores, if only this class erred. */
  readonly snr: Snr;
  /** Cells, in whole arrays. */
  readonly arrays: number;
  readonly conversions: number;
  /** Share of the network's multiplications that are digital. */
  readonly digital: number;
}

export interface ClassReport {
  readonly class: LayerClass;
  /** Number of its layers, and their share of the network's crossbar multiplications. */
  readonly layers: number;
  readonly multiplications: number;
  /** Share of what all layers as given add to the error. */
  readonly error: number;
  /** As given first. */
  readonly forms: readonly FormReport[];
  /** Of the mapping that was chosen, or else of the one that loses least. */
  readonly taken: string;
}

/** Forms by class. */
type FormsTaken = Readonly<Partial<Record<LayerClass, string>>>;

/** A mapping of least expected error for what it costs. */
export interface FrontReport {
  readonly forms: FormsTaken;
  /** As the mapping as given fills them. */
  readonly arrays: number;
  readonly conversions: number;
  /** Share of the multiplications that are digital. */
  readonly digital: number;
  readonly expected: {
    /** Of the outputs, against floating point. */
    readonly snr: Snr;
    /** Points. */
    readonly loss: number;
  };
  /** Its number in `tried`; absent where it was not measured. */
  readonly mapping?: number;
}

export interface TriedReport extends MappingReport {
  readonly why: Why;
  readonly forms: FormsTaken;
  /** Share of the multiplications that are digital: of layers, and what corrections add. */
  readonly digital: number;
  readonly met: boolean;
  /** The same on other chips, for what was about to be chosen. */
  readonly otherChips?: { readonly loss: Loss; readonly met: boolean };
}

export interface TuneReport {
  readonly crossloom: string;
  readonly model: { readonly file: string; readonly sha256: string };
  readonly target: { readonly name: string; readonly overrides: readonly string[] };
  readonly data: {
    readonly name: string;
    readonly tuning: number;
    readonly heldOut: number;
    /** Left out because calibration used them. */
    readonly calibration: number;
  };
  readonly maxDrop: number;
  readonly maxDigital: number;
  readonly trials: number;
  readonly seed: number;
  /** Seconds after programming at which chips were read, and what was done about drift. */
  readonly at: number;
  readonly compensated: Compensation;
  /** Top-1 on the tuning images. */
  readonly float: number;
  readonly integers: LossReport;
  /** Where chips ran, and what a check found of it; absent for the processor. */
  readonly device?: DeviceReport;
  readonly tried: readonly TriedReport[];
  /** What was tried against the wires, each with all layers as given, and which of it is in all mappings; absent without wires. */
  readonly wires?: TriedRemedies;
  /**
   * Which error costs most: of the mapping as given where it misses the bound and another one meets it, and of the best where
   * none does; absent where the mapping as given meets it.
   */
  readonly blame?: Blame & { /** Its number in `tried`. */ readonly mapping: number };
  readonly sensitivity: { readonly images: number; readonly layers: readonly LayerReport[] };
  readonly classes: readonly ClassReport[];
  /** The mapping as given, and the path from the cheapest to the most exact: arrays against loss. */
  readonly front: readonly FrontReport[];
  /** How much more whole mappings err than their layers were expected to together (dB), near the one that was chosen. */
  readonly offset: number;
  /** Number of the chosen mapping in `tried`; absent where none meets the bound. */
  readonly chosen?: number;
  /** Number of the mapping that loses least of those that take no more arrays than there may be. */
  readonly best: number;
  /** The chosen mapping, or else the best, on images and chips that the search has not seen. */
  readonly heldOut: MappingReport;
  /** Whether the held-out images tell on which side of the bound that mapping is. */
  readonly verdict: Verdict;
  /** Options of that mapping. */
  readonly options: CompileOptions;
  /** Whether the search ended because its time was over. */
  readonly stopped: boolean;
  /** What all measurements came to, those of an earlier run included: mappings compiled, and chips and images run. */
  readonly work: { readonly mappings: number; readonly chips: number; readonly images: number };
  /** Seconds. */
  readonly duration: number;
}
