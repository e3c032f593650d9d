/**
 * Programs one cell by the scheme of its chip: turns a level code into a conductance, pulses, readings, time and energy.
 * A stuck cell takes the pulses that the scheme gives before it gives up, and stays.
 */
import { programOnce } from '../device/error-law.ts';
import { stateOf } from '../device/pulse/step.ts';
import { drawPulseCell, pulseVerify, toleranceAt } from '../device/pulse-verify.ts';
import { writeVerify } from '../device/write-verify.ts';
import { levelConductance } from '../target/cell.ts';
import { type ArrayState, nextEvent, setConductance } from './array-state.ts';
import { failedCellsKept } from './chip.ts';
import type { PulseVerifyDevices, ReadBackDevices } from './devices.ts';
import { countPulses } from './half-select.ts';

/** Programs one cell to a level code. */
export function programCode(
  state: ArrayState,
  devices: ReadBackDevices,
  index: number,
  code: number,
  tolerance: number,
): void {
  const { law, outcome } = devices;
  const { counters } = state;
  const level = levelConductance(state.cell, code);
  state.levels[index] = code;
  const reads = write(state, devices, index, level, tolerance);
  const pulses = outcome.setPulses + outcome.resetPulses;
  setConductance(state, index, outcome.conductance);
  state.cycles[index]! += pulses;
  countPulses(state, index, pulses);
  counters.setPulses += outcome.setPulses;
  counters.resetPulses += outcome.resetPulses;
  counters.verifyReads += reads;
  counters.time += pulses * law.pulseTime + reads * law.readTime;
  counters.energy += pulses * law.pulseEnergy + reads * law.readEnergy;
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

/** Runs the scheme; what it did is in `devices.outcome`. @returns readings that it took */
function write(
  state: ArrayState,
  devices: ReadBackDevices,
  index: number,
  level: number,
  tolerance: number,
): number {
  const { cell, conductances } = state;
  const event = nextEvent(state, index);
  const from = conductances[index]!;
  const stuck = state.stuck.get(index);
  switch (devices.scheme) {
    case 'write-verify': {
      const { law, draws, outcome } = devices;
      const window = stuck === undefined ? cell : { gMin: stuck, gMax: stuck };
      writeVerify(law, window, draws, index, event, from, level, tolerance, outcome);
      return outcome.setPulses + outcome.resetPulses + 1;
    }
    case 'error-law': {
      const { law, draws, outcome } = devices;
      programOnce(law, cell, draws, index, event, from, level, outcome);
      if (stuck !== undefined) outcome.accepted = false;
      return outcome.setPulses + 1;
    }
    case 'pulse-verify':
      return writePulses(state, devices, index, event, level, tolerance);
  }
}

function writePulses(
  state: ArrayState,
  devices: PulseVerifyDevices,
  index: number,
  event: number,
  level: number,
  tolerance: number,
): number {
  const { law, pulse, draws, cell, states, outcome } = devices;
  drawPulseCell(pulse, draws, index, cell);
  const stuck = state.stuck.get(index);
  if (stuck !== undefined) {
    cell.gain = 0;
    cell.device.upper = cell.device.lower = stateOf(pulse.pulse, state.cell, stuck);
  }
  const accepted = toleranceAt(law, tolerance, level, state.cell.gUseMax);
  pulseVerify(pulse, draws, cell, event, states[index]!, level, accepted, outcome);
  states[index] = outcome.state;
  state.counters.time += law.relaxTime * Math.max(0, outcome.waits - devices.waits);
  devices.waits = Math.max(devices.waits, outcome.waits);
  return outcome.reads;
}
