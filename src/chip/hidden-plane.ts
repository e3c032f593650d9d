/**
 * Wake-up, hidden writes and transfer: turns these instructions into stored integers, conductances, time and energy of
 * an array with FeCAPs. The FeCAPs of one line share it, so they are written one after the other; a wake-up cycles all
 * of a line at once; a transfer runs on all its lines in parallel and in lock-step.
 */
import type { TransferInstruction, WakeUpInstruction, WriteHiddenInstruction } from '../ir/schedule.ts';
import { settle, spend } from '../ledger.ts';
import type { HiddenCells } from '../schemes/scheme.ts';
import { wakeUp as wearLine, writeHidden as writeSynapse } from '../schemes/transfer/plane.ts';
import { type ArrayState, nextEvent, setConductance } from './array-state.ts';

/** Cycles all FeCAPs of a line; one bipolar cycle switches each of them twice. */
export function wakeUp(
  { counters, ledger }: ArrayState,
  { plane, section }: HiddenCells,
  instruction: WakeUpInstruction,
): undefined {
  const cycles = instruction.cycles * section.fecapsPerLine;
  wearLine(plane, instruction.row, instruction.cycles);
  counters.wakeUpCycles += cycles;
  spend(ledger, ledger.of.wakeUp, instruction.cycles, 2 * cycles);
  settle(ledger);
}

/** Writes hidden integers; only FeCAPs whose bit changes get a pulse. */
export function writeHidden(
  { counters, ledger }: ArrayState,
  { plane }: HiddenCells,
  { row, pair, values }: WriteHiddenInstruction,
): undefined {
  const first = row * plane.pairs + pair;
  let written = 0;
  for (let i = 0; i < values.length; i++) written += writeSynapse(plane, first + i, values[i]!);
  counters.fecapWrites += written;
  spend(ledger, ledger.of.fecapWrite, written);
  settle(ledger);
}

/**
 * Transfers a column pair on lines in parallel: sign read and written back, magnitude bits read and written back, both
 * memristors RESET, one of them SET. Read energy is that of writing the destroyed 1s back.
 */
export function transfer(
  state: ArrayState,
  hidden: HiddenCells,
  { firstRow, endRow, pair }: TransferInstruction,
): undefined {
  for (let row = firstRow; row < endRow; row++) transferPair(state, hidden, row, pair);
  spend(state.ledger, state.ledger.of.transfer, 1);
  settle(state.ledger);
}

function transferPair(state: ArrayState, hidden: HiddenCells, row: number, pair: number): void {
  const { counters, cycles, levels, ledger } = state;
  const plus = row * state.columns + 2 * pair;
  const done = hidden.transfer(row, pair, nextEvent(state, plus));
  setConductance(state, plus, done.gPos);
  setConductance(state, plus + 1, done.gNeg);
  levels[plus] = done.negative ? 0 : done.digit;
  levels[plus + 1] = done.negative ? done.digit : 0;
  cycles[plus]!++;
  cycles[plus + 1]!++;
  const set = done.digit === 0 ? 0 : 1;
  counters.transfers++;
  counters.signErrors += done.signError ? 1 : 0;
  counters.resetPulses += 2;
  counters.setPulses += set;
  counters.fecapReads += 1 + hidden.section.transferBits;
  counters.fecapWrites += done.fecapWrites;
  // Their time is that of the transfer.
  spend(ledger, ledger.of.reset, 0, 2);
  spend(ledger, ledger.of.set, 0, set);
  spend(ledger, ledger.of.fecapWrite, 0, done.fecapWrites);
  settle(ledger);
}
