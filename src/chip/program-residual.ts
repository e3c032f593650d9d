/**
 * Programs pairs of cells to what reading the other parts of their weights leaves to be made up: residual slicing, as
 * Song, Rao et al., Science 383, 903 (2024), program arrays with arbitrarily high precision. A cell that was
 * given up gets no more pulses: what it is off by is left to the other parts.
 */
import type { ProgramResidualInstruction } from '../ir/schedule.ts';
import { settle, spend } from '../ledger.ts';
import type { Cells, ReadBack } from '../schemes/scheme.ts';
import { levelStepOf } from '../target/cell.ts';
import { type ArrayState, noiseOf } from './array-state.ts';
import { programCode } from './program-cell.ts';

/** Cells that can be read while others are programmed. */
type ResidualCells = Required<Pick<Cells, 'program' | 'readBack'>>;

/** Programs neighbouring pairs of a row, one after the other. */
export function programResidual(
  state: ArrayState,
  { program, readBack }: ResidualCells,
  instruction: ProgramResidualInstruction,
): undefined {
  const { scale, grain, sources, values, tolerance, reads } = instruction;
  const step = levelStepOf(state.cell);
  const largest = Math.floor((state.cell.levels - 1) / grain);
  const first = instruction.row * state.columns + instruction.column;
  for (let i = 0; i < values.length; i++) {
    const plus = first + 2 * i;
    let aim = scale * values[i]!;
    for (const source of sources) {
      const read = readCell(state, readBack, plus + source.distance, reads);
      const difference = (read - readCell(state, readBack, plus + source.distance + 1, reads)) / step;
      aim -= source.ratio * (source.grain === 0 ? difference : multiple(difference, source.grain));
    }
    const limit = grain * largest;
    const code = Math.max(-limit, Math.min(limit, multiple(aim, grain)));
    if (!state.givenUp[plus]) programCode(state, program, plus, Math.max(code, 0), tolerance);
    if (!state.givenUp[plus + 1]) programCode(state, program, plus + 1, Math.max(-code, 0), tolerance);
  }
}

/** The nearest multiple of `grain`. */
function multiple(value: number, grain: number): number {
  return grain * Math.round(value / grain);
}

/** The mean of several readings of one cell (S). */
function readCell(state: ArrayState, readBack: ReadBack, index: number, reads: number): number {
  const { counters, ledger } = state;
  counters.verifyReads += reads;
  spend(ledger, ledger.of.read, reads);
  settle(ledger);
  return state.conductances[index]! + noiseOf(state, readBack, index, reads);
}
