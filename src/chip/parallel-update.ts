/**
 * Update and update-bits: turns pulses on rows and columns into steps of cells, time and energy. Cells are looked at when
 * another instruction asks for them, or the program ends: until then half-select pulses are counts of rows and columns.
 */
import { certainPulse, type UpdateBitsInstruction, type UpdateInstruction } from '../ir/schedule.ts';
import { settle, spend } from '../ledger.ts';
import { halfSelected } from '../schemes/parallel-update/count-pulses.ts';
import type { UpdatableCells } from '../schemes/scheme.ts';
import { type ArrayState, setConductance, type Updating } from './array-state.ts';

type ArrayUpdate = Parameters<UpdatableCells['update']>[0];

export function update(
  state: ArrayState,
  cells: UpdatableCells,
  { bias, length, vSet, vReset, key, row, column, x, d }: UpdateInstruction,
): undefined {
  const rows = cells.drawTrains(key, 'rows', x, certainPulse, length);
  const columns = cells.drawTrains(key, 'columns', d, certainPulse, length);
  apply(state, cells, { bias, length, vSet, vReset, row, column, rows, columns });
}

export function updateBits(
  state: ArrayState,
  cells: UpdatableCells,
  { bias, length, direction, voltage, row, column, rowTrains, columnTrains }: UpdateBitsInstruction,
): undefined {
  const rows = cells.givenTrains(rowTrains, direction === 'set' ? 1 : -1);
  const columns = cells.givenTrains(columnTrains, 1);
  apply(state, cells, { bias, length, vSet: voltage, vReset: voltage, row, column, rows, columns });
}

function apply(state: ArrayState, cells: UpdatableCells, given: ArrayUpdate): void {
  const { counters: done, ledger, conductances } = state;
  if (!state.updating) cells.take(conductances);
  state.updating ??= begin(state);
  const { updating } = state;
  const counts = cells.update(given, updating.number++);
  const { phases, steps } = counts;
  // One cell remembers it for the array.
  state.operations[given.row * state.columns + given.column] = updating.number;
  const steppedCells = steps.up + steps.down;
  done.setPulses += steps.up;
  done.resetPulses += steps.down;
  spend(ledger, ledger.of.pulse, phases * given.length, steppedCells);
  if (given.bias === 'half') {
    const half = halfSelected(counts, updating.rows, updating.columns, given);
    spend(ledger, ledger.of.halfSelect, 0, half);
  }
  settle(ledger);
}

function begin({ rows, columns, formed, operations }: ArrayState): Updating {
  const number = operations.reduce((most, count) => Math.max(most, count), 0);
  const counts = { number, rows: new Float64Array(rows), columns: new Float64Array(columns) };
  for (const [cell, flag] of formed.entries()) {
    if (!flag) continue;
    counts.rows[Math.floor(cell / columns)]!++;
    counts.columns[cell % columns]!++;
  }
  return counts;
}

/** Lets all pulses reach the cells: formed ones that are not stuck conduct what they have come to. */
export function settleUpdates(state: ArrayState): void {
  const { cells, formed, cycles, levels } = state;
  if (!state.updating || !cells.updates) return;
  state.updating = undefined;
  cells.updates.settle((cell, conductance, steps) => {
    if (!formed[cell]) return;
    setConductance(state, cell, conductance);
    cycles[cell]! += steps;
    if (steps > 0) levels[cell] = -1;
    cells.resume?.(cell, state.conductances[cell]!);
  });
}
