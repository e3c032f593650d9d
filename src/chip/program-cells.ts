/**
 * Form, reset, program and verify: turns these instructions into conductances, pulses, time and energy of an array.
 * Forming leaves a cell at gMax, its low-resistance state, until it is RESET; forming a formed cell changes nothing.
 * Exact cells take gMin when formed or RESET and exactly a level's conductance when programmed, at no cost.
 */
import { levelConductance, resetConductance } from '../device/levels.ts';
import { writeVerify } from '../device/write-verify.ts';
import type {
  FormInstruction,
  ProgramInstruction,
  ResetInstruction,
  VerifyInstruction,
} from '../ir/schedule.ts';
import { type ArrayState, forMasked, nextEvent, type WriteVerifyDevices } from './array-state.ts';
import { failedCellsKept } from './chip.ts';

/** Forms the masked cells of a row, all at once. */
export function form(state: ArrayState, instruction: FormInstruction): void {
  const { devices, cell, counters } = state;
  const cost = devices.scheme === 'transfer' ? devices.law.programming : costOf(devices);
  const before = counters.formed;
  forMasked(state, instruction.row, instruction.mask, (index) => {
    if (state.formed[index]) return;
    state.formed[index] = 1;
    state.conductances[index] = devices.scheme === 'exact' ? cell.gMin : cell.gMax;
    counters.formed++;
  });
  const formed = counters.formed - before;
  if (formed > 0) counters.time += cost.formTime;
  counters.energy += formed * cost.formEnergy;
}

function costOf(devices: { readonly scheme: 'exact' } | WriteVerifyDevices): {
  readonly formTime: number;
  readonly formEnergy: number;
} {
  return devices.scheme === 'exact' ? { formTime: 0, formEnergy: 0 } : devices.law;
}

/** Resets the masked cells of a row, all at once. */
export function reset(state: ArrayState, instruction: ResetInstruction): void {
  const { devices, cell, counters } = state;
  const before = counters.resetPulses;
  forMasked(state, instruction.row, instruction.mask, (index) => {
    state.levels[index] = -1;
    if (devices.scheme === 'exact') {
      state.conductances[index] = cell.gMin;
      return;
    }
    const write = devices.scheme === 'write-verify';
    const stream = write ? devices.reset : devices.draws.reset;
    const spread = write ? devices.law.resetSpread : devices.law.programming.resetSpread;
    stream.seek(nextEvent(state, index));
    state.conductances[index] = resetConductance(cell, spread, stream.normal());
    state.cycles[index]!++;
    counters.resetPulses++;
  });
  const pulses = counters.resetPulses - before;
  if (devices.scheme === 'exact' || pulses === 0) return;
  if (devices.scheme === 'write-verify') {
    counters.time += devices.law.pulseTime;
    counters.energy += pulses * devices.law.pulseEnergy;
  } else {
    counters.time += devices.law.programming.resetTime;
    counters.energy += pulses * devices.law.programming.resetEnergy;
  }
}

/** Programs neighbouring cells of a row to their levels, one after the other. */
export function program(state: ArrayState, instruction: ProgramInstruction): void {
  const { devices, cell, conductances, levels } = state;
  const first = instruction.row * state.columns + instruction.column;
  for (let i = 0; i < instruction.codes.length; i++) {
    const code = instruction.codes[i]!;
    if (devices.scheme === 'write-verify') {
      programCode(state, devices, first + i, code, instruction.tolerance);
    } else {
      levels[first + i] = code;
      conductances[first + i] = levelConductance(cell, code);
    }
  }
}

/** Programs one cell to a level code by write-verify. */
export function programCode(
  state: ArrayState,
  devices: WriteVerifyDevices,
  index: number,
  code: number,
  tolerance: number,
): void {
  const { law, outcome } = devices;
  const { counters, conductances } = state;
  const level = levelConductance(state.cell, code);
  state.levels[index] = code;
  const event = nextEvent(state, index);
  writeVerify(law, state.cell, devices.draws, index, event, conductances[index]!, level, tolerance, outcome);
  const pulses = outcome.setPulses + outcome.resetPulses;
  conductances[index] = outcome.conductance;
  state.cycles[index]! += pulses;
  counters.setPulses += outcome.setPulses;
  counters.resetPulses += outcome.resetPulses;
  counters.verifyReads += pulses + 1;
  counters.time += pulses * law.pulseTime + (pulses + 1) * law.readTime;
  counters.energy += pulses * law.pulseEnergy + (pulses + 1) * law.readEnergy;
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
    reached: outcome.conductance,
  });
}

/**
 * Reads neighbouring cells back and counts those outside the tolerance. Cells without a programmed level are read and
 * cannot miss. Targets other than write-verify name no reading noise, time or energy: there it is exact and free.
 */
export function verify(state: ArrayState, instruction: VerifyInstruction): void {
  const { devices, counters, cell } = state;
  const first = instruction.row * state.columns + instruction.column;
  for (let index = first; index < first + instruction.count; index++) {
    let reading = state.conductances[index]!;
    if (devices.scheme === 'write-verify') {
      devices.verify.seek(nextEvent(state, index));
      reading += devices.law.readNoise * devices.verify.normal();
      counters.time += devices.law.readTime;
      counters.energy += devices.law.readEnergy;
    }
    counters.verifyReads++;
    const code = state.levels[index]!;
    if (code >= 0 && Math.abs(reading - levelConductance(cell, code)) > instruction.tolerance)
      counters.verifyMisses++;
  }
}
