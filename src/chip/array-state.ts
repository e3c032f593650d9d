/** One array while its program runs: the state of every cell and FeCAP, and the devices' laws with their draws. */

import type { ArrayGeometry } from '../ir/schedule.ts';
import { type Ledger, openLedger } from '../ledger.ts';
import { openCells } from '../schemes/cells.ts';
import { schemeOf } from '../schemes/models.ts';
import type { Cells, PulseKind, ReadBack, Write } from '../schemes/scheme.ts';
import type { Cell } from '../target/cell.ts';
import { drawStuckCells, type StuckCells } from '../target/faults.ts';
import type { Target } from '../target/target.ts';
import {
  type ArrayCounters,
  type ArrayHistory,
  type ConverterSettings,
  type DriverSettings,
  type FailedCell,
  noCounts,
} from './chip.ts';
import { type HalfSelects, openHalfSelects } from './half-select.ts';

/** What an array remembers from one parallel update to the next. */
export interface Updating {
  /** Of the next update, which no update of the array has had. */
  number: number;
  /** Formed cells of every row and column, which are all that is half-selected. */
  readonly rows: Float64Array;
  readonly columns: Float64Array;
}

/** @param voltage amplitude with its sign (V); NaN where the target does not say it */
export type SentPulse = (cell: number, kind: PulseKind, voltage: number) => void;

export interface ArrayState {
  readonly array: number;
  readonly rows: number;
  readonly columns: number;
  readonly cell: Cell;
  readonly cells: Cells;
  /** The cell that is programmed next: one record for all. */
  readonly write: Write;
  /** Cells that nothing changes. */
  readonly stuck: StuckCells;
  /** Conductances (S), rows x columns. */
  readonly conductances: Float32Array;
  /** 1 where an instruction gave the cell a conductance. */
  readonly written: Uint8Array;
  /** 1 where the cell was formed. */
  readonly formed: Uint8Array;
  /** Last programmed level code, -1 for none. */
  readonly levels: Int32Array;
  /** 1 where programming gave the cell up. */
  readonly givenUp: Uint8Array;
  /** Operations that each cell has seen: they key the draws of the next. */
  readonly operations: Uint32Array;
  /** Pulses that each memristor has seen; the RESET and SET of one transfer count as one cycle. */
  readonly cycles: Uint32Array;
  readonly counters: ReturnType<typeof noCounts>;
  /** Of the time and energy in the counters. */
  readonly ledger: Ledger;
  readonly failed: FailedCell[];
  /** undefined where pulses disturb no other cell. */
  readonly halfSelects: HalfSelects | undefined;
  /** Told of every pulse of a cell, where somebody looks. */
  readonly sent: SentPulse | undefined;
  drivers: DriverSettings | undefined;
  /** While updates have changed cells of which `conductances` do not know yet. */
  updating: Updating | undefined;
  /** By block number. */
  readonly converters: Map<number, ConverterSettings>;
}

export function openArray(
  target: Target,
  geometry: ArrayGeometry,
  seed: number,
  array: number,
  sent?: SentPulse,
): ArrayState {
  const { rows, columns } = geometry;
  const count = rows * columns;
  const { faults, cell } = target;
  const stuck: StuckCells = faults ? drawStuckCells(faults, cell, seed, array, count) : new Map();
  // Shared memory: threads hand an array over, and read the cells of a whole chip, without copying them.
  const conductances = new Float32Array(new SharedArrayBuffer(4 * count)).fill(cell.gUnformed);
  for (const [index, conductance] of stuck) conductances[index] = conductance;
  const counters = noCounts();
  const write: Write = {
    ...{ cell: 0, event: 0, from: 0, level: 0, tolerance: 0, stuck: undefined },
    sent: sent && ((kind, voltage) => sent(write.cell, kind, voltage)),
  };
  return {
    array,
    rows,
    columns,
    cell,
    cells: openCells(target, geometry, seed, array),
    write,
    stuck,
    conductances,
    written: new Uint8Array(count),
    formed: new Uint8Array(count),
    levels: new Int32Array(count).fill(-1),
    givenUp: new Uint8Array(count),
    operations: new Uint32Array(count),
    cycles: new Uint32Array(count),
    counters,
    ledger: openLedger(schemeOf(target).rates, counters),
    failed: [],
    halfSelects: openHalfSelects(target, rows, columns),
    sent,
    drivers: undefined,
    updating: undefined,
    converters: new Map(),
  };
}

/** One array of a chip as its last program left it. */
export interface SavedArray {
  readonly conductances: Float32Array;
  /** What has become of these since (S): programming starts from there. Absent: nothing. */
  readonly present?: Float32Array | undefined;
  /** Where cells remember their traps. */
  readonly traps?: Uint32Array | undefined;
  /** On a chip with hidden planes. */
  readonly hidden: Int16Array | undefined;
  readonly drivers: DriverSettings | undefined;
  readonly counters: ArrayCounters;
  readonly history: ArrayHistory;
}

/** Puts an array that was just opened into the state that another program left. */
export function resumeArray(state: ArrayState, saved: SavedArray): void {
  const { operations, cycles, levels, formed, fecapWrites, wakeUps } = saved.history;
  state.conductances.set(saved.present ?? saved.conductances);
  state.operations.set(operations);
  state.cycles.set(cycles);
  state.levels.set(levels);
  state.formed.set(formed);
  const { hidden, resume } = state.cells;
  if (saved.traps) state.cells.traps?.set(saved.traps);
  hidden?.plane.values.set(saved.hidden!);
  hidden?.plane.writes.set(fecapWrites);
  hidden?.plane.wakeUps.set(wakeUps);
  if (resume) for (const [cell, g] of state.conductances.entries()) if (formed[cell]) resume(cell, g);
  Object.assign(state.counters, saved.counters);
  state.drivers = saved.drivers;
}

/** Cells that the program has not written are as they were when they were. */
export function restoreUnwritten({ conductances, written }: ArrayState, saved: SavedArray): void {
  if (!saved.present) return;
  for (const [cell, g] of saved.conductances.entries()) if (!written[cell]) conductances[cell] = g;
}

/** What `resumeArray` takes besides what every chip keeps. */
export function historyOf({ operations, cycles, levels, formed, cells, rows }: ArrayState): ArrayHistory {
  const plane = cells.hidden?.plane;
  const { writes = new Uint32Array(), wakeUps = new Uint32Array(rows) } = plane ?? {};
  return { operations, cycles, levels, formed, fecapWrites: writes, wakeUps };
}

/** Gives a cell the conductance that an operation leaves (S), unless it is stuck. */
export function setConductance(state: ArrayState, cell: number, conductance: number): void {
  state.conductances[cell] = state.stuck.get(cell) ?? conductance;
  state.written[cell] = 1;
}

/** Fills the record of the next cell to be programmed, with the key of its draws. */
export function nextWrite(state: ArrayState, cell: number, level: number, tolerance: number): Write {
  const { write } = state;
  write.cell = cell;
  write.event = nextEvent(state, cell);
  write.from = state.conductances[cell]!;
  write.level = level;
  write.tolerance = tolerance;
  write.stuck = state.stuck.get(cell);
  return write;
}

/** What several readings of a cell are off by on average (S): their noise, and its traps. Keyed as an operation of the cell. */
export function noiseOf(
  state: ArrayState,
  { stream, readNoise, trapped }: ReadBack,
  cell: number,
  reads: number,
): number {
  const event = nextEvent(state, cell);
  stream.seek(event);
  let noise = 0;
  for (let i = 0; i < reads; i++) noise += stream.normal();
  return (readNoise * noise) / reads + (trapped?.(cell, event, reads) ?? 0);
}

/** Keys the draws of a cell's next operation: distinct for every cell and repetition. */
export function nextEvent(state: ArrayState, cell: number): number {
  const repetition = state.operations[cell]!;
  state.operations[cell] = repetition + 1;
  return repetition * state.operations.length + cell;
}

/** Calls `visit` for the cells of a row whose bit in `mask` is set. */
export function forMasked(
  state: ArrayState,
  row: number,
  mask: Uint8Array,
  visit: (cell: number) => void,
): void {
  for (let column = 0; column < state.columns; column++) {
    if ((mask[column >> 3]! >> (column & 7)) & 1) visit(row * state.columns + column);
  }
}
