/**
 * A target: one kind of chip, as plain SI numbers with the origin of each. Read from a YAML file (see targets/) by
 * load-target.ts, which checks every field.
 */

/** Where a number comes from. `assumed` numbers are shown in every report. */
export type From = 'paper' | 'source' | 'derived' | 'assumed';

export interface ProvenanceEntry {
  /** Path of the field, such as `adc.bits`. */
  readonly field: string;
  /** As it was written, with its unit. */
  readonly text: string;
  readonly from: From | 'override';
  /** Figure, table, digest or reasoning. */
  readonly source: string;
}

/** The cell takes exactly the conductance that it is told. */
export interface ExactProgramming {
  readonly scheme: 'exact';
}

/** Closed loop: read, and pulse towards the level until within tolerance, else give up. */
export interface WriteVerifyProgramming {
  readonly scheme: 'write-verify';
  /** Accepted distance from the level's conductance (S). */
  readonly tolerance: number;
  /** Pulses after which the cell is given up. */
  readonly maxPulses: number;
  /** Mean share of the remaining distance that one pulse covers. */
  readonly stepGain: number;
  /** Smallest mean step that a pulse can make (S). */
  readonly minStep: number;
  /** Relative spread of a step from pulse to pulse. */
  readonly cycleToCycle: number;
  /** Relative spread of the step gain from cell to cell. */
  readonly deviceToDevice: number;
  /** Standard deviation of one verify reading (S). */
  readonly readNoise: number;
  /** Share of cells that no pulse moves. */
  readonly unresponsive: number;
  /** Spread of the conductance right after RESET (S). */
  readonly resetSpread: number;
  readonly pulseTime: number;
  readonly pulseEnergy: number;
  readonly readTime: number;
  readonly readEnergy: number;
  readonly formTime: number;
  readonly formEnergy: number;
}

/** Open loop: hidden weights in FeCAPs set the compliance of a single SET through the transfer line. */
export interface TransferProgramming {
  readonly scheme: 'transfer';
  /** Relative spread of a level's conductance from SET to SET. */
  readonly cycleToCycle: number;
  /** Spread of the conductance right after RESET (S). */
  readonly resetSpread: number;
  readonly setTime: number;
  readonly setEnergy: number;
  readonly resetTime: number;
  readonly resetEnergy: number;
  readonly formTime: number;
  readonly formEnergy: number;
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
}

export interface Target {
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
    readonly encoding: 'differential' | 'offset';
    /** What a cell that no weight uses is: never formed, or formed and RESET like the others. */
    readonly unused: 'unformed' | 'reset';
    /** Conductance of a cell that was never formed (S). */
    readonly gUnformed: number;
  };
  readonly programming: ExactProgramming | WriteVerifyProgramming | TransferProgramming;
  /** Present exactly where programming.scheme is `transfer`. */
  readonly hidden?: HiddenPlane;
  readonly driver: {
    readonly bits: number;
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
