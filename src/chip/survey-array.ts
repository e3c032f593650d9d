/**
 * Tests one array of a blank chip as a tester does after forming: RESET, then the target's own write loop to the lowest
 * and to the highest level, and readings at either end. A cell is faulty where these lie less than half of the window
 * apart, and taken to be stuck at their mean. Slow cells, which the write loop gives up a little short of an end, still
 * come close to any level, and are none. A job, because arrays can be tested in any thread.
 *
 * The devices are those that `program` finds with the same seed. A cell that no pulse moves keeps what its first RESET
 * left, here as there.
 */
import type { Fault } from '../fault-map.ts';
import type { Job } from '../pool.ts';
import type { Target } from '../target.ts';
import { instructionTolerance } from '../write-precision.ts';
import { type ArrayState, nextEvent, openArray } from './array-state.ts';
import { form, program, reset } from './program-cells.ts';

export interface SurveyContext {
  readonly target: Target;
  readonly seed: number;
  readonly arrays: number;
}

/** Readings at either end that are averaged. */
const reads = 16;

/** Tests the array with this number. */
export const job: Job<SurveyContext, number, readonly Fault[]> = {
  module: import.meta.url,
  open: (context) => ({ run: (array) => surveyArray(context, array) }),
};

function surveyArray({ target, seed, arrays }: SurveyContext, array: number): Fault[] {
  const { rows, columns } = target.array;
  const { levels, gUseMin, gUseMax } = target.cell;
  const hiddenBits = target.hidden?.bits ?? 0;
  const state = openArray(target, { rows, columns, levels, hiddenBits, arrays }, seed, array);
  const mask = new Uint8Array(Math.ceil(columns / 8)).fill(0xff);
  if (columns % 8 !== 0) mask[mask.length - 1] = (1 << (columns % 8)) - 1;
  const faults: Fault[] = [];
  for (let row = 0; row < rows; row++) {
    form(state, { op: 'form', row, mask });
    reset(state, { op: 'reset', row, mask });
    const low = readAt(state, target, row, 0);
    const high = readAt(state, target, row, levels - 1);
    for (let column = 0; column < columns; column++) {
      const [least, most] = [low[column]!, high[column]!];
      if (most - least < (gUseMax - gUseMin) / 2)
        faults.push({ row, column, conductance: asMeasured((least + most) / 2) });
    }
  }
  return faults;
}

/** To four digits: more would be noise, and the map a larger file. */
const asMeasured = (conductance: number) => Number(conductance.toPrecision(4));

/** Programs a row to one level and reads it (S). */
function readAt(state: ArrayState, target: Target, row: number, code: number): Float64Array {
  const tolerance = instructionTolerance(target);
  const codes = new Uint16Array(state.columns).fill(code);
  program(state, { op: 'program', row, column: 0, tolerance, codes });
  return Float64Array.from(codes, (_, column) => readCell(state, row * state.columns + column));
}

/** The mean of several readings of one cell (S), with the noise of the target's own. */
function readCell(state: ArrayState, index: number): number {
  const { devices, conductances } = state;
  if (!('verify' in devices)) return conductances[index]!;
  devices.verify.seek(nextEvent(state, index));
  let noise = 0;
  for (let i = 0; i < reads; i++) noise += devices.verify.normal();
  return conductances[index]! + (devices.readNoise * noise) / reads;
}
