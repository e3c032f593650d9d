/**
 * Wake-up, hidden writes and transfer: turns these instructions into stored integers, conductances, time and energy of
 * an array with FeCAPs. The FeCAPs of one line share it, so they are written one after the other; a wake-up cycles all
 * of a line at once; a transfer runs on all its lines in parallel and in lock-step.
 */
import { wakeUp as wearLine, writeBack, writeHidden as writeSynapse } from '../device/fecap.ts';
import { transfer as transferSynapse } from '../device/transfer.ts';
import { transferredMagnitude } from '../hidden-integer.ts';
import type { TransferInstruction, WakeUpInstruction, WriteHiddenInstruction } from '../ir/schedule.ts';
import { type ArrayState, nextEvent, setConductance } from './array-state.ts';
import type { TransferDevices } from './devices.ts';

/** Cycles all FeCAPs of a line; one bipolar cycle switches each of them twice. */
export function wakeUp(state: ArrayState, devices: TransferDevices, instruction: WakeUpInstruction): void {
  const { hidden } = devices.law;
  const cycles = instruction.cycles * hidden.fecapsPerLine;
  wearLine(devices.plane, instruction.row, instruction.cycles);
  state.counters.wakeUpCycles += cycles;
  state.counters.time += instruction.cycles * hidden.wakeUpCycleTime;
  state.counters.energy += 2 * cycles * hidden.writeEnergy;
}

/** Writes hidden integers; only FeCAPs whose bit changes get a pulse. */
export function writeHidden(
  state: ArrayState,
  devices: TransferDevices,
  instruction: WriteHiddenInstruction,
): void {
  const { plane, law } = devices;
  const first = instruction.row * plane.pairs + instruction.pair;
  let written = 0;
  for (let i = 0; i < instruction.values.length; i++) {
    written += writeSynapse(plane, first + i, instruction.values[i]!);
  }
  state.counters.fecapWrites += written;
  state.counters.time += written * law.hidden.writeTime;
  state.counters.energy += written * law.hidden.writeEnergy;
}

/**
 * Transfers a column pair on lines in parallel: sign read and written back, magnitude bits read and written back, both
 * memristors RESET, one of them SET. Read energy is that of writing the destroyed 1s back.
 */
export function transfer(
  state: ArrayState,
  devices: TransferDevices,
  instruction: TransferInstruction,
): void {
  const { programming, hidden } = devices.law;
  for (let row = instruction.firstRow; row < instruction.endRow; row++) {
    transferPair(state, devices, row, instruction.pair);
  }
  const bits = 1 + hidden.transferBits;
  state.counters.time +=
    2 * hidden.readTime + bits * hidden.writeTime + programming.resetTime + programming.setTime;
}

function transferPair(state: ArrayState, devices: TransferDevices, row: number, pair: number): void {
  const { law, draws, plane, outcome } = devices;
  const { hidden, programming } = law;
  const { counters, cycles, levels } = state;
  const synapse = row * plane.pairs + pair;
  const plus = row * state.columns + 2 * pair;
  const stored = plane.values[synapse]!;
  const digit = transferredMagnitude(stored, plane.bits, hidden.transferBits);
  const negative = stored < 0;
  transferSynapse(law, draws, { row, synapse, cell: plus }, negative, digit, nextEvent(state, plus), outcome);
  const written = writeBack(plane, synapse, hidden.transferBits, outcome.negative);
  setConductance(state, plus, outcome.gPos);
  setConductance(state, plus + 1, outcome.gNeg);
  levels[plus] = negative ? 0 : digit;
  levels[plus + 1] = negative ? digit : 0;
  cycles[plus]!++;
  cycles[plus + 1]!++;
  const set = digit === 0 ? 0 : 1;
  counters.transfers++;
  counters.signErrors += outcome.signError ? 1 : 0;
  counters.resetPulses += 2;
  counters.setPulses += set;
  counters.fecapReads += 1 + hidden.transferBits;
  counters.fecapWrites += written;
  counters.energy += 2 * programming.resetEnergy + set * programming.setEnergy + written * hidden.writeEnergy;
}
