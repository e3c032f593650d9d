/**
 * Tests one array of a blank chip as a tester does after forming: RESET, then the target's own write loop to the lowest
 * and to the highest level, and readings at either end. A cell is faulty where these lie less than half of the window
 * apart, and taken to be stuck at their mean. Slow cells, which the write loop gives up a little short of an end, still
 * come close to any level, and are none. A job, because arrays can be tested in any thread.
 *
 * Nearly all cells need no such loop: one that a few strong pulses move through half of the window passes that test too.
 * Only the others are tested in full.
 *
 * The devices are those that `program` finds with the same seed. A cell that no pulse moves keeps what its first RESET
 * left, here as there.
 */
import { writeVerify } from '../device/write-verify.ts';
import type { Fault } from '../fault-map.ts';
import type { Job } from '../pool.ts';
import type { Target, WriteVerifyProgramming } from '../target/target.ts';
import { instructionTolerance } from '../write-precision.ts';
import { type ArrayState, nextEvent, openArray, setConductance } from './array-state.ts';
import { form, program, reset } from './program-cells.ts';

export interface SurveyContext {
  readonly target: Target;
  readonly seed: number;
  readonly arrays: number;
}

/** Readings at either end that are averaged. */
const reads = 16;
/** Pulses of the quick test: at a gain of 1/2 they cover seven eighths of the way. */
const strongPulses = 3;

/** Tests the array with this number. */
export const job: Job<SurveyContext, number, readonly Fault[]> = {
  module: import.meta.url,
  open: (context) => ({ run: (array) => surveyArray(context, array) }),
};

/** @param quickly whether cells that a few pulses move are spared the full test; the faulty cells are the same */
export function surveyArray({ target, seed, arrays }: SurveyContext, array: number, quickly = true): Fault[] {
  const { rows, columns } = target.array;
  const { levels } = target.cell;
  const hiddenBits = target.hidden?.bits ?? 0;
  const state = openArray(target, { rows, columns, levels, hiddenBits, arrays }, seed, array);
  const mask = new Uint8Array(Math.ceil(columns / 8)).fill(0xff);
  if (columns % 8 !== 0) mask[mask.length - 1] = (1 << (columns % 8)) - 1;
  const faults: Fault[] = [];
  const { programming } = target;
  const few = quickly && programming.scheme === 'write-verify' && { ...programming, maxPulses: strongPulses };
  for (let row = 0; row < rows; row++) {
    form(state, { op: 'form', row, mask });
    reset(state, { op: 'reset', row, mask });
    for (let column = 0; column < columns; column++) {
      if (few && movesAtOnce(state, target, few, row * columns + column)) continue;
      const least = readAt(state, target, row, column, 0);
      const most = readAt(state, target, row, column, levels - 1);
      if (most - least < halfWindow(target))
        faults.push({ row, column, conductance: asMeasured((least + most) / 2) });
    }
  }
  return faults;
}

function halfWindow({ cell }: Target): number {
  return (cell.gUseMax - cell.gUseMin) / 2;
}

/** Whether a cell after RESET follows a few pulses of a write loop so far that no noise of two readings explains it. */
function movesAtOnce(state: ArrayState, target: Target, few: WriteVerifyProgramming, index: number): boolean {
  const { devices, cell } = state;
  if (devices.scheme !== 'write-verify') return false;
  const { draws, outcome, readNoise, verify } = devices;
  const from = state.conductances[index]!;
  const stuck = state.stuck.get(index);
  const window = stuck === undefined ? cell : { gMin: stuck, gMax: stuck };
  const event = nextEvent(state, index);
  writeVerify(few, window, draws, index, event, from, cell.gUseMax, few.tolerance, outcome);
  setConductance(state, index, outcome.conductance);
  verify.seek(event);
  const noise = readNoise * (verify.normal() - verify.normal());
  return outcome.conductance - from + noise >= halfWindow(target) + 6 * Math.SQRT2 * readNoise;
}

/** To four digits: more would be noise, and the map a larger file. */
const asMeasured = (conductance: number) => Number(conductance.toPrecision(4));

/** Programs a cell to one level and reads it (S). */
function readAt(state: ArrayState, target: Target, row: number, column: number, code: number): number {
  const tolerance = instructionTolerance(target);
  program(state, { op: 'program', row, column, tolerance, codes: Uint16Array.of(code) });
  return readCell(state, row * state.columns + column);
}

/** The mean of several readings of one cell (S), with the noise of the target's own. */
function readCell(state: ArrayState, index: number): number {
  const { devices, conductances } = state;
  if (!('verify' in devices) || devices.readNoise === 0) return conductances[index]!;
  devices.verify.seek(nextEvent(state, index));
  let noise = 0;
  for (let i = 0; i < reads; i++) noise += devices.verify.normal();
  return conductances[index]! + (devices.readNoise * noise) / reads;
}
