/** A programmed chip: what executing a bitstream really left in the arrays, and what it cost. Plain data. */
import type { BitstreamHeader } from '../ir/schedule.ts';

/** What programming one array took. Times and energies by the assumptions in execute.ts. */
export interface ArrayCounters {
  /** Cells formed. */
  readonly formed: number;
  readonly setPulses: number;
  readonly resetPulses: number;
  /** Readings of the write-verify loop, of verify instructions and of program-residual's sources. */
  readonly verifyReads: number;
  readonly cellsGivenUp: number;
  /** Verified cells outside the tolerance of their last programmed level. */
  readonly verifyMisses: number;
  /** Column pairs transferred. */
  readonly transfers: number;
  /** Transfers whose sign was sensed wrongly. */
  readonly signErrors: number;
  /** FeCAPs switched by writes and write-backs. */
  readonly fecapWrites: number;
  /** FeCAPs read, each destructively. */
  readonly fecapReads: number;
  /** Bipolar cycles, summed over the FeCAPs that were cycled. */
  readonly wakeUpCycles: number;
  /** Seconds. */
  readonly time: number;
  /** Joules. */
  readonly energy: number;
}

/** A cell that write-verify gave up; conductances in siemens. */
export interface FailedCell {
  readonly array: number;
  readonly row: number;
  readonly column: number;
  readonly target: number;
  readonly reached: number;
}

export interface DriverSettings {
  readonly bits: number;
  /** Read voltage (V). */
  readonly vRead: number;
}

/** Converter settings of one block, as its converter instruction gave them. */
export interface ConverterSettings {
  readonly bits: number;
  readonly convert: 'pair' | 'column';
  readonly zero: Int32Array;
  /** Summed conductance of one code (S). */
  readonly step: Float32Array;
}

/** Digital gain and bias of a layer's columns, re-estimated on the programmed chip. */
export interface ColumnCorrection {
  readonly gain: Float32Array;
  readonly bias: Float32Array;
}

export interface Chip {
  /** Geometry, target name and fingerprint. */
  readonly header: BitstreamHeader;
  readonly seed: number;
  /** SHA-256 of the program.xbs that was executed. */
  readonly bitstream: string;
  /** Conductances (S) of every array, rows x columns, row-major; unformed cells hold gUnformed. */
  readonly conductances: readonly Float32Array[];
  /** Hidden integers of every array, rows x column pairs; empty on a chip without hidden planes. */
  readonly hidden: readonly Int16Array[];
  /** By array; undefined where the array's program sets no drivers. */
  readonly drivers: readonly (DriverSettings | undefined)[];
  /** By block number. */
  readonly converters: ReadonlyMap<number, ConverterSettings>;
  /** By array. */
  readonly counters: readonly ArrayCounters[];
  /** The first failed cells in array order; `counters` hold their full number. */
  readonly failed: readonly FailedCell[];
  /** Most cycles of any one memristor and of any one FeCAP. */
  readonly wear: { readonly memristor: number; readonly fecap: number };
  /** By the layer's output value. */
  readonly calibration?: ReadonlyMap<string, ColumnCorrection>;
}

/** Longest list of failed cells that a chip keeps. */
export const failedCellsKept = 1000;

export function noCounts(): { -readonly [K in keyof ArrayCounters]: number } {
  return {
    formed: 0,
    setPulses: 0,
    resetPulses: 0,
    verifyReads: 0,
    cellsGivenUp: 0,
    verifyMisses: 0,
    transfers: 0,
    signErrors: 0,
    fecapWrites: 0,
    fecapReads: 0,
    wakeUpCycles: 0,
    time: 0,
    energy: 0,
  };
}

/** Sums over all arrays: `time` is that of programming the arrays one after the other. */
export function totalCounts(counters: readonly ArrayCounters[]): ArrayCounters {
  const total = noCounts();
  const fields = Object.keys(total) as (keyof ArrayCounters)[];
  for (const array of counters) for (const field of fields) total[field] += array[field];
  return total;
}
