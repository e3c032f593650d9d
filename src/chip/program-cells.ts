/**
 * Form, reset, program and verify: turns these instructions into conductances, pulses, time and energy of an array.
 * Forming leaves a cell at gMax, its low-resistance state, until it is RESET; forming a formed cell changes nothing.
 * Exact cells take gMin when formed or RESET and exactly a level's conductance when programmed, at no cost.
 */

import { conductanceOf, stateOf } from '../device/pulse/step.ts';
import { drawPulseCell, toleranceAt } from '../device/pulse-verify.ts';
import type {
  FormInstruction,
  ProgramInstruction,
  ResetInstruction,
  VerifyInstruction,
} from '../ir/schedule.ts';
import { levelConductance, resetConductance } from '../target/cell.ts';
import { type ArrayState, forMasked, nextEvent, setConductance } from './array-state.ts';
import { type Devices, type PulseVerifyDevices, readBackOf } from './devices.ts';
import { countRowPulse } from './half-select.ts';
import { programCode } from './program-cell.ts';

interface Costs {
  readonly formTime: number;
  readonly formEnergy: number;
  readonly resetTime: number;
  readonly resetEnergy: number;
}

/** What forming and RESET take; undefined where they take nothing. */
function costsOf(devices: Devices): Costs | undefined {
  if (devices.scheme === 'exact') return undefined;
  if (devices.scheme === 'transfer') return devices.law.programming;
  const { formTime, formEnergy, pulseTime, pulseEnergy } = devices.law;
  return { formTime, formEnergy, resetTime: pulseTime, resetEnergy: pulseEnergy };
}

/** Forms the masked cells of a row, all at once. */
export function form(state: ArrayState, instruction: FormInstruction): void {
  const { devices, cell, counters } = state;
  const costs = costsOf(devices);
  const before = counters.formed;
  forMasked(state, instruction.row, instruction.mask, (index) => {
    if (state.formed[index]) return;
    state.formed[index] = 1;
    setConductance(state, index, devices.scheme === 'exact' ? cell.gMin : cell.gMax);
    counters.formed++;
  });
  const formed = counters.formed - before;
  if (!costs || formed === 0) return;
  counters.time += costs.formTime;
  counters.energy += formed * costs.formEnergy;
}

/** Resets the masked cells of a row, all at once. */
export function reset(state: ArrayState, instruction: ResetInstruction): void {
  const { devices, cell, counters } = state;
  const costs = costsOf(devices);
  const before = counters.resetPulses;
  const pulsed: number[] = [];
  forMasked(state, instruction.row, instruction.mask, (index) => {
    state.levels[index] = -1;
    if (devices.scheme === 'exact') {
      setConductance(state, index, cell.gMin);
      return;
    }
    const transfers = devices.scheme === 'transfer';
    const stream = transfers ? devices.draws.reset : devices.reset;
    const spread = transfers ? devices.law.programming.resetSpread : devices.law.resetSpread;
    stream.seek(nextEvent(state, index));
    const conductance = resetConductance(cell, spread, stream.normal());
    setConductance(
      state,
      index,
      devices.scheme === 'pulse-verify' ? resetWithin(state, devices, index, conductance) : conductance,
    );
    state.cycles[index]!++;
    counters.resetPulses++;
    pulsed.push(index);
  });
  countRowPulse(state, instruction.row, pulsed);
  const pulses = counters.resetPulses - before;
  if (!costs || pulses === 0) return;
  counters.time += costs.resetTime;
  counters.energy += pulses * costs.resetEnergy;
}

/** The conductance after RESET of a cell with bounds of its own, whose state it becomes. */
function resetWithin(
  state: ArrayState,
  devices: PulseVerifyDevices,
  index: number,
  conductance: number,
): number {
  const { pulse, draws, cell, states } = devices;
  drawPulseCell(pulse, draws, index, cell);
  const w = stateOf(pulse.pulse, state.cell, conductance);
  const held = Math.min(cell.device.upper, Math.max(cell.device.lower, w));
  states[index] = held;
  return conductanceOf(pulse.pulse, state.cell, held);
}

/** Programs neighbouring cells of a row to their levels, one after the other. */
export function program(state: ArrayState, instruction: ProgramInstruction): void {
  const devices = readBackOf(state.devices);
  const first = instruction.row * state.columns + instruction.column;
  for (let i = 0; i < instruction.codes.length; i++) {
    const code = instruction.codes[i]!;
    if (devices) {
      programCode(state, devices, first + i, code, instruction.tolerance);
    } else {
      state.levels[first + i] = code;
      setConductance(state, first + i, levelConductance(state.cell, code));
    }
  }
}

/**
 * Reads neighbouring cells back and counts those outside the tolerance. Cells without a programmed level are read and
 * cannot miss. Exact cells and those of a transfer have no reading noise, time or energy: there it is exact and free.
 */
export function verify(state: ArrayState, instruction: VerifyInstruction): void {
  const { counters, cell } = state;
  const devices = readBackOf(state.devices);
  const pulsed = devices?.scheme === 'pulse-verify' ? devices.law : undefined;
  const first = instruction.row * state.columns + instruction.column;
  for (let index = first; index < first + instruction.count; index++) {
    let reading = state.conductances[index]!;
    if (devices) {
      devices.verify.seek(nextEvent(state, index));
      reading += devices.readNoise * devices.verify.normal();
      counters.time += devices.law.readTime;
      counters.energy += devices.law.readEnergy;
    }
    counters.verifyReads++;
    const code = state.levels[index]!;
    if (code < 0) continue;
    const level = levelConductance(cell, code);
    const tolerance = pulsed
      ? toleranceAt(pulsed, instruction.tolerance, level, cell.gUseMax)
      : instruction.tolerance;
    if (Math.abs(reading - level) > tolerance) counters.verifyMisses++;
  }
}
