/** A programmed chip: what executing a bitstream really left in the arrays, and what it cost. Plain data. */
import type { Calibration } from '../column-correction.ts';
import type { Passes } from '../ir/passes.ts';
import type { BitstreamHeader } from '../ir/schedule.ts';
import type { Account } from '../ledger.ts';
import type { Rewriting } from './rewriting.ts';

/** What programming one array took. Times and energies by the assumptions in execute.ts. */
export interface ArrayCounters {
  /** Cells formed. */
  readonly formed: number;
  readonly setPulses: number;
  readonly resetPulses: number;
  /** Readings of write loops and their looks, of verify instructions and of program-residual's sources. */
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

/** What an array remembers besides its conductances and hidden integers: with it a delta goes on where a program ended. */
export interface ArrayHistory {
  /** Operations that each cell has seen, rows x columns: they key the draws of the next. */
  readonly operations: Uint32Array;
  /** Cycles of each memristor, rows x columns. */
  readonly cycles: Uint32Array;
  /** Last programmed level code of each cell, -1 for none, rows x columns. */
  readonly levels: Int32Array;
  /** 1 where the cell was formed, rows x columns. */
  readonly formed: Uint8Array;
  /** Writes that switched each FeCAP, rows x column pairs x bits. */
  readonly fecapWrites: Uint32Array;
  /** Wake-up cycles of each line. */
  readonly wakeUps: Uint32Array;
}

export interface Chip {
  /** Geometry, target name and fingerprint. */
  readonly header: BitstreamHeader;
  readonly seed: number;
  /** SHA-256 of the program.xbs that was executed, or to which a delta has led; of passes, see `bitstreamHash` of src/package. */
  readonly bitstream: string;
  /** Where layers take passes: which of the arrays here are one array of the chip, each as it was in its pass. */
  readonly passes?: Passes;
  /** Conductances (S) of every array as they were written, rows x columns, row-major; unformed cells hold gUnformed. */
  readonly conductances: readonly Float32Array[];
  /** Hidden integers of every array, rows x column pairs; empty on a chip without hidden planes. */
  readonly hidden: readonly Int16Array[];
  /** What every cell of every array remembers of its traps (src/conditions/traps), where writes do not decide all of it. */
  readonly traps?: readonly Uint32Array[];
  /** By array; undefined where the array's program sets no drivers. */
  readonly drivers: readonly (DriverSettings | undefined)[];
  /** By block number. */
  readonly converters: ReadonlyMap<number, ConverterSettings>;
  /** By array. */
  readonly counters: readonly ArrayCounters[];
  /** What programming took by component, over all arrays; a chip that was loaded does not say. */
  readonly spent?: Readonly<Account>;
  /** The first failed cells in array order; `counters` hold their full number. */
  readonly failed: readonly FailedCell[];
  /** Most cycles of any one memristor and of any one FeCAP. */
  readonly wear: { readonly memristor: number; readonly fecap: number };
  /** By array, where it was asked for. */
  readonly history?: readonly ArrayHistory[];
  readonly calibration?: Calibration;
  /** Of a chip that was written again after it had been read. */
  readonly rewritten?: Rewriting;
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

export const countFields = Object.keys(noCounts()) as (keyof ArrayCounters)[];

/** What the arrays of a chip took since it was as `before`. */
export function countsSince(chip: Chip, before: Chip): readonly ArrayCounters[] {
  return chip.counters.map((now, array) => {
    const since: ReturnType<typeof noCounts> = { ...now };
    for (const field of countFields) since[field] -= before.counters[array]![field];
    return since;
  });
}

/** Sums over all arrays: `time` is that of programming the arrays one after the other. */
export function totalCounts(counters: readonly ArrayCounters[]): ArrayCounters {
  const total = noCounts();
  for (const array of counters) for (const field of countFields) total[field] += array[field];
  return total;
}
