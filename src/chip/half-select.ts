/**
 * Half-select pulses of one array: counts what programming some cells does to the others of their rows and columns, and
 * turns it into conductances once the program has run. A pulse to one cell half-selects the rest of its row and column; a
 * RESET of several cells of a row at once is one pulse on the row and on each of their columns. What came before a cell's
 * own programming does not count: its write loop has made up for it. Forming is left out: RESET follows it.
 */

import { disturbs } from '../conditions/cells.ts';
import { type Conditions, isDisturbed } from '../conditions/models.ts';
import type { StuckCells } from '../target/faults.ts';

export interface HalfSelects {
  readonly conditions: Conditions;
  /** Pulses on every row and column so far. */
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  /** Those of a cell's row and column together, when the cell was last programmed or RESET. */
  readonly before: Float64Array;
}

/** The cells of an array; `halfSelects` is undefined where pulses disturb no other cell. */
interface DisturbedArray {
  readonly array: number;
  readonly columns: number;
  readonly conductances: Float32Array;
  readonly formed: Uint8Array;
  readonly stuck: StuckCells;
  readonly halfSelects: HalfSelects | undefined;
}

/** @returns undefined where pulses disturb no other cell */
export function openHalfSelects(
  conditions: Conditions,
  rows: number,
  columns: number,
): HalfSelects | undefined {
  if (!isDisturbed(conditions)) return undefined;
  return {
    conditions,
    rows: new Float64Array(rows),
    columns: new Float64Array(columns),
    before: new Float64Array(rows * columns),
  };
}

/** Notes the pulses of one cell's programming, which end it. */
export function countPulses({ halfSelects, columns }: DisturbedArray, cell: number, pulses: number): void {
  if (!halfSelects) return;
  const row = Math.floor(cell / columns);
  const column = cell - row * columns;
  halfSelects.rows[row]! += pulses;
  halfSelects.columns[column]! += pulses;
  halfSelects.before[cell] = halfSelects.rows[row]! + halfSelects.columns[column]!;
}

/** Notes one pulse on several cells of a row at once. */
export function countRowPulse(
  { halfSelects, columns }: DisturbedArray,
  row: number,
  cells: readonly number[],
): void {
  if (!halfSelects || cells.length === 0) return;
  halfSelects.rows[row]!++;
  for (const cell of cells) {
    const column = cell - row * columns;
    halfSelects.columns[column]!++;
    halfSelects.before[cell] = halfSelects.rows[row]! + halfSelects.columns[column]!;
  }
}

/** Moves every formed cell that is not stuck by the half-select pulses that it has seen. */
export function disturbCells(state: DisturbedArray, seed: number): void {
  const { array, halfSelects, conductances, formed, stuck, columns } = state;
  if (!halfSelects) return;
  const pulses = (cell: number): number => {
    const row = Math.floor(cell / columns);
    return halfSelects.rows[row]! + halfSelects.columns[cell - row * columns]! - halfSelects.before[cell]!;
  };
  for (const move of disturbs(halfSelects.conditions, { seed, array, pulses }))
    for (let cell = 0; cell < conductances.length; cell++)
      if (formed[cell] && !stuck.has(cell)) conductances[cell] = move(conductances[cell]!, cell);
}
