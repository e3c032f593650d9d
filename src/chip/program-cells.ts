/**
 * Form, reset, program and verify: turns these instructions into conductances, pulses, time and energy of an array.
 * Forming leaves a cell in its low-resistance state until it is RESET; forming a formed cell changes nothing. Where a
 * scheme trains its cells, a cell is trained when it was formed.
 */

import type {
  FormInstruction,
  ProgramInstruction,
  ResetInstruction,
  VerifyInstruction,
} from '../ir/schedule.ts';
import { settle, spend } from '../ledger.ts';
import type { Cells, Training } from '../schemes/scheme.ts';
import { levelConductance } from '../target/cell.ts';
import { type ArrayState, forMasked, nextEvent, noiseOf, setConductance } from './array-state.ts';
import { countPulses, countRowPulse } from './half-select.ts';
import { programCode } from './program-cell.ts';

/** Forms the masked cells of a row, all at once. */
export function form(state: ArrayState, instruction: FormInstruction): undefined {
  const { cells, counters, ledger } = state;
  const before = counters.formed;
  forMasked(state, instruction.row, instruction.mask, (index) => {
    if (state.formed[index]) return;
    state.formed[index] = 1;
    setConductance(state, index, cells.gFormed);
    counters.formed++;
    state.sent?.(index, 'form', Number.NaN);
    if (cells.train) count(state, index, cells.train(index));
  });
  const formed = counters.formed - before;
  if (formed === 0) return;
  spend(ledger, ledger.of.form, 1, formed);
  settle(ledger);
}

/** Counts what training a cell took, one pulse and one reading after the other. */
function count(state: ArrayState, index: number, { setPulses, resetPulses, reads, wear }: Training): void {
  const { counters, ledger } = state;
  state.cycles[index]! += wear;
  countPulses(state, index, wear);
  counters.setPulses += setPulses;
  counters.resetPulses += resetPulses;
  counters.verifyReads += reads;
  spend(ledger, ledger.of.pulse, setPulses + resetPulses);
  spend(ledger, ledger.of.read, reads);
}

/** Resets the masked cells of a row, all at once. */
export function reset(state: ArrayState, instruction: ResetInstruction): undefined {
  const { cells, counters, ledger } = state;
  const pulsed: number[] = [];
  forMasked(state, instruction.row, instruction.mask, (index) => {
    state.levels[index] = -1;
    setConductance(state, index, cells.reset(index, nextEvent(state, index)));
    state.cycles[index]! += cells.resetPulses;
    if (cells.resetPulses === 0) return;
    pulsed.push(index);
    state.sent?.(index, 'reset', Number.NaN);
  });
  counters.resetPulses += pulsed.length;
  countRowPulse(state, instruction.row, pulsed);
  if (pulsed.length === 0) return;
  spend(ledger, ledger.of.reset, 1, pulsed.length);
  settle(ledger);
}

/** Programs neighbouring cells of a row to their levels, one after the other. */
export function program(
  state: ArrayState,
  write: NonNullable<Cells['program']>,
  { row, column, codes, tolerance }: ProgramInstruction,
): undefined {
  const first = row * state.columns + column;
  for (let i = 0; i < codes.length; i++) programCode(state, write, first + i, codes[i]!, tolerance);
}

/**
 * Reads neighbouring cells back and counts those outside the tolerance. Cells without a programmed level are read and
 * cannot miss. Where a scheme reads nothing back, reading is exact and free.
 */
export function verify(state: ArrayState, instruction: VerifyInstruction): undefined {
  const { counters, cell, cells, ledger } = state;
  const { readBack } = cells;
  const first = instruction.row * state.columns + instruction.column;
  for (let index = first; index < first + instruction.count; index++) {
    let reading = state.conductances[index]!;
    if (readBack) {
      reading += noiseOf(state, readBack, index, 1);
      spend(ledger, ledger.of.read, 1);
      settle(ledger);
    }
    counters.verifyReads++;
    const code = state.levels[index]!;
    if (code < 0) continue;
    const level = levelConductance(cell, code);
    const tolerance = readBack?.toleranceAt(instruction.tolerance, level) ?? instruction.tolerance;
    if (Math.abs(reading - level) > tolerance) counters.verifyMisses++;
  }
}
