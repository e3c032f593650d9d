/**
 * Programs one cell as its scheme does: turns a level code into a conductance, pulses, readings, time and energy. A stuck
 * cell takes the pulses that the scheme gives before it gives up, and stays.
 */
import { settle, spend } from '../ledger.ts';
import type { Cells } from '../schemes/scheme.ts';
import { levelConductance } from '../target/cell.ts';
import { type ArrayState, nextWrite, setConductance } from './array-state.ts';
import { failedCellsKept } from './chip.ts';
import { countPulses } from './half-select.ts';

/** Programs one cell to a level code. */
export function programCode(
  state: ArrayState,
  write: NonNullable<Cells['program']>,
  index: number,
  code: number,
  tolerance: number,
): void {
  const { counters, ledger } = state;
  const level = levelConductance(state.cell, code);
  state.levels[index] = code;
  const outcome = write(nextWrite(state, index, level, tolerance));
  const pulses = outcome.setPulses + outcome.resetPulses;
  setConductance(state, index, outcome.conductance);
  state.cycles[index]! += pulses;
  countPulses(state, index, pulses);
  counters.setPulses += outcome.setPulses;
  counters.resetPulses += outcome.resetPulses;
  counters.verifyReads += outcome.reads + outcome.lookReads;
  if (outcome.waits > 0) {
    spend(ledger, ledger.of.relaxation, outcome.waits);
    settle(ledger);
  }
  spend(ledger, ledger.of.pulse, pulses);
  spend(ledger, ledger.of.read, outcome.reads);
  spend(ledger, ledger.of.weakPulse, outcome.weakPulses);
  spend(ledger, ledger.of.look, outcome.lookReads);
  settle(ledger);
  if (outcome.accepted) return;
  state.givenUp[index] = 1;
  counters.cellsGivenUp++;
  if (state.failed.length === failedCellsKept) return;
  const row = Math.floor(index / state.columns);
  state.failed.push({
    array: state.array,
    row,
    column: index - row * state.columns,
    target: level,
    reached: state.stuck.get(index) ?? outcome.conductance,
  });
}
