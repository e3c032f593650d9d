/**
 * Programs pairs of cells to what reading the other parts of their weights leaves to be made up: residual slicing, as
 * Song, Rao et al., Science 383, 903 (2024), program arrays with arbitrarily high precision. A cell that was
 * given up gets no more pulses: what it is off by is left to the other parts.
 */
import type { ProgramResidualInstruction } from '../ir/schedule.ts';
import { levelStepOf } from '../target/cell.ts';
import { type ArrayState, nextEvent } from './array-state.ts';
import type { ReadBackDevices } from './devices.ts';
import { programCode } from './program-cell.ts';

/** Programs neighbouring pairs of a row, one after the other. */
export function programResidual(
  state: ArrayState,
  devices: ReadBackDevices,
  instruction: ProgramResidualInstruction,
): void {
  const { scale, grain, sources, values, tolerance, reads } = instruction;
  const step = levelStepOf(state.cell);
  const largest = Math.floor((state.cell.levels - 1) / grain);
  const first = instruction.row * state.columns + instruction.column;
  for (let i = 0; i < values.length; i++) {
    const plus = first + 2 * i;
    let aim = scale * values[i]!;
    for (const source of sources) {
      const read = readCell(state, devices, plus + source.distance, reads);
      const difference = (read - readCell(state, devices, plus + source.distance + 1, reads)) / step;
      aim -= source.ratio * (source.grain === 0 ? difference : multiple(difference, source.grain));
    }
    const limit = grain * largest;
    const code = Math.max(-limit, Math.min(limit, multiple(aim, grain)));
    if (!state.givenUp[plus]) programCode(state, devices, plus, Math.max(code, 0), tolerance);
    if (!state.givenUp[plus + 1]) programCode(state, devices, plus + 1, Math.max(-code, 0), tolerance);
  }
}

/** The nearest multiple of `grain`. */
function multiple(value: number, grain: number): number {
  return grain * Math.round(value / grain);
}

/** The mean of several readings of one cell (S). */
function readCell(state: ArrayState, devices: ReadBackDevices, index: number, reads: number): number {
  const { law, verify, readNoise } = devices;
  const { counters } = state;
  verify.seek(nextEvent(state, index));
  let noise = 0;
  for (let i = 0; i < reads; i++) noise += verify.normal();
  counters.verifyReads += reads;
  counters.time += reads * law.readTime;
  counters.energy += reads * law.readEnergy;
  return state.conductances[index]! + (readNoise * noise) / reads;
}
