/**
 * A target: one kind of chip, as plain SI numbers with the origin of each. Read from a YAML file (see targets/) by
 * load.ts, which checks every field.
 */

import type { FecapAgeing, FerroelectricFilm } from './ferroelectric.ts';
import type { Periphery } from './periphery.ts';
import type { Programming } from './programming.ts';
import type { Reading } from './reading.ts';

export type { AccessTransistor, FecapAgeing, FerroelectricFilm } from './ferroelectric.ts';
export type {
  ErrorLawProgramming,
  ExactProgramming,
  Programming,
  PulseLadder,
  PulseParameters,
  PulseVerifyProgramming,
  TransferProgramming,
  WriteVerifyProgramming,
} from './programming.ts';

/** Where a number comes from. `assumed` numbers are shown in every report. */
type From = 'paper' | 'source' | 'derived' | 'assumed';

export interface ProvenanceEntry {
  /** Path of the field, such as `adc.bits`. */
  readonly field: string;
  /** As it was written, with its unit. */
  readonly text: string;
  readonly from: From | 'override';
  /** Figure, table, digest or reasoning. */
  readonly source: string;
}

/** FeCAPs on the transfer lines. A transfer line is a row: it drives the gates of that row's access transistors. */
export interface HiddenPlane {
  readonly fecapsPerLine: number;
  /** Bits of a hidden integer, sign included (sign and magnitude). */
  readonly bits: number;
  /** Most significant magnitude bits that a transfer reads. */
  readonly transferBits: number;
  /** Bipolar cycles before first use. */
  readonly wakeUpCycles: number;
  readonly wakeUpCycleTime: number;
  readonly writeEnergy: number;
  readonly writeTime: number;
  readonly readTime: number;
  /** Relative spread of a FeCAP's charge around its capacitor's size. */
  readonly chargeSpread: number;
  /** Noise on the transfer line, in steps of the least significant transferred bit. */
  readonly lineNoise: number;
  /** Spread of the access transistor's threshold, in steps of the least significant transferred bit. */
  readonly thresholdSpread: number;
  /** Median difference of the line voltage between a stored 1 and 0 (V). */
  readonly window: number;
  /** Spread of that window from cell to cell (V). */
  readonly windowSpread: number;
  /** Offset spread of the sense amplifiers (V). */
  readonly senseOffset: number;
  /** What its capacitors are made of; without it, every write switches all of them. */
  readonly film?: FerroelectricFilm | undefined;
  /** Without it, cycles and time leave their charge as it is. */
  readonly ageing?: FecapAgeing | undefined;
}

/** Cells that do not do as they are told. */
export interface Faults {
  /** Share of cells that conduct gMin whatever is done. */
  readonly stuckLow: number;
  /** Share of cells that conduct gMax whatever is done. */
  readonly stuckHigh: number;
  /** Pulses that a memristor endures. */
  readonly endurance: number;
  /** Pulses that every memristor has seen before. */
  readonly spent: number;
}

/** What a pulse to one cell does to the others of its row and column, where no transistors isolate them. */
export interface Disturb {
  /** Mean relative change of the conductance after `pulses` half-select pulses, and its spread from cell to cell. */
  readonly disturbDrift: number;
  readonly spread: number;
  readonly pulses: number;
}

export interface Target extends Reading, Periphery {
  readonly name: string;
  readonly title: string;
  readonly array: {
    readonly rows: number;
    readonly columns: number;
    readonly arraysPerChip: number;
  };
  readonly cell: {
    /** Level codes 0 to levels - 1 lie evenly from gUseMin to gUseMax. */
    readonly levels: number;
    /** Window that can be programmed (S). */
    readonly gMin: number;
    readonly gMax: number;
    /** Window used for MVM (S). */
    readonly gUseMin: number;
    readonly gUseMax: number;
    /** Where the options do not say; `auto` where nothing in the hardware settles it, and the compiler may choose. */
    readonly encoding: 'auto' | 'differential' | 'offset';
    /** What a cell that no weight uses is: never formed, or formed and RESET like the others. */
    readonly unused: 'unformed' | 'reset';
    /** Conductance of a cell that was never formed (S). */
    readonly gUnformed: number;
  };
  readonly programming: Programming;
  /** Present exactly where programming.scheme is `transfer`. */
  readonly hidden?: HiddenPlane;
  readonly driver: {
    /** Bits of an input that drive a row at once. */
    readonly bits: number;
    /** Whether a row can also be driven with -vRead. */
    readonly polarity: 'unipolar' | 'bipolar';
    /** Of the highest level. */
    readonly vRead: number;
    readonly rowsAtOnce: number;
  };
  readonly adc: {
    readonly bits: number;
    readonly convert: 'pair' | 'column';
    readonly energy: number;
    readonly time: number;
    /** Columns (or pairs) that share one converter, one after the other. */
    readonly sharedBy: number;
  };
  /** Slices per weight where the options do not say: the fewest that the published use needs. */
  readonly slices: number;
  // Optional sections: an effect is off where its section is absent.
  readonly faults?: Faults | undefined;
  readonly disturb?: Disturb | undefined;
}

export interface LoadedTarget {
  readonly target: Target;
  /** Every field in file order, with its origin. */
  readonly provenance: readonly ProvenanceEntry[];
  /** SHA-256 of the values, 64 hexadecimal digits. */
  readonly fingerprint: string;
  /** `field=value` overrides that were applied. */
  readonly overrides: readonly string[];
}

/** Conductance of one level step (S). */
export function levelStepOf(cell: Target['cell']): number {
  return (cell.gUseMax - cell.gUseMin) / (cell.levels - 1);
}
