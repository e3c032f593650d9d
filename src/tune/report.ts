/** What a tuning found, as plain data that JSON can hold. Accuracies are in percent, losses in points. */
import type { Compensation } from '../correct/compensate.ts';
import type { CompileOptions } from '../ir/options.ts';
import type { Snr } from '../verify/report.ts';
import type { Blame } from './blame.ts';
import type { Loss, LossReport, MappingReport } from './loss.ts';
import type { Why } from './search.ts';
import type { Verdict } from './verdict.ts';
import type { TriedRemedies } from './wire-remedies.ts';

/** One layer with one way of storing it, and everything else in floating point. */
interface VariantReport {
  readonly variant: string;
  /** Of the network's output. */
  readonly snr: Snr;
  /** Images that get another class. */
  readonly changed: number;
  readonly arrays: number;
  readonly conversions: number;
}

export interface LayerReport {
  readonly names: readonly string[];
  /** Share of the network's crossbar multiplications. */
  readonly multiplications: number;
  /** The layer as given comes first. */
  readonly variants: readonly VariantReport[];
  /** Of the mapping that was chosen, or else of the one that loses least. */
  readonly taken: string;
}

export interface TriedReport extends MappingReport {
  readonly why: Why;
  /** Layers by variant, and the number of those that stay digital. */
  readonly layers: Readonly<Record<string, number>>;
  /** Share of the multiplications that stay digital. */
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
  readonly tried: readonly TriedReport[];
  /** What was tried against the wires, each with all layers as given, and which of it is in all mappings; absent without wires. */
  readonly wires?: TriedRemedies;
  /**
   * Which error costs most: of the mapping as given where it misses the bound and another one meets it, and of the best where
   * none does; absent where the mapping as given meets it.
   */
  readonly blame?: Blame & { /** Its number in `tried`. */ readonly mapping: number };
  readonly sensitivity: { readonly images: number; readonly layers: readonly LayerReport[] };
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
