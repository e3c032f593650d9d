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

import { InternalError } from '../diagnostics/diagnostic.ts';
import type { Fault } from '../ir/fault-map.ts';
import { instructionTolerance, schemeOf } from '../schemes/models.ts';
import type { Target } from '../target/target.ts';
import type { Job } from '../threads/pool.ts';
import { type ArrayState, nextWrite, noiseOf, openArray, setConductance } from './array-state.ts';
import { programCode } from './program-cell.ts';
import { form, reset } from './program-cells.ts';

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

/** @param quickly whether cells that a few pulses move are spared the full test; the faulty cells are the same */
export function surveyArray({ target, seed, arrays }: SurveyContext, array: number, quickly = true): Fault[] {
  const { rows, columns } = target.array;
  const { levels } = target.cell;
  const hiddenBits = target.hidden?.bits ?? 0;
  const state = openArray(target, { rows, columns, levels, hiddenBits, arrays }, seed, array);
  const mask = new Uint8Array(Math.ceil(columns / 8)).fill(0xff);
  if (columns % 8 !== 0) mask[mask.length - 1] = (1 << (columns % 8)) - 1;
  const faults: Fault[] = [];
  for (let row = 0; row < rows; row++) {
    form(state, { op: 'form', row, mask });
    reset(state, { op: 'reset', row, mask });
    for (let column = 0; column < columns; column++) {
      if (quickly && movesAtOnce(state, target, row * columns + column)) continue;
      const least = readAt(state, target, row * columns + column, 0);
      const most = readAt(state, target, row * columns + column, levels - 1);
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
function movesAtOnce(state: ArrayState, target: Target, index: number): boolean {
  const { nudge, readBack } = state.cells;
  if (!nudge || !readBack) return false;
  const { stream, readNoise } = readBack;
  const write = nextWrite(state, index, target.cell.gUseMax, schemeOf(target).tolerance);
  const { conductance } = nudge(write);
  setConductance(state, index, conductance);
  stream.seek(write.event);
  const noise = readNoise * (stream.normal() - stream.normal());
  return conductance - write.from + noise >= halfWindow(target) + 6 * Math.SQRT2 * readNoise;
}

/** To four digits: more would be noise, and the map a larger file. */
const asMeasured = (conductance: number) => Number(conductance.toPrecision(4));

/** Programs a cell to one level and reads it several times, with the noise of the target's own: their mean (S). */
function readAt(state: ArrayState, target: Target, index: number, code: number): number {
  const { program, readBack } = state.cells;
  if (!program)
    throw new InternalError('survey', `the cells of ${target.name} are not programmed one by one`);
  programCode(state, program, index, code, instructionTolerance(target));
  const reading = state.conductances[index]!;
  return readBack && readBack.readNoise > 0 ? reading + noiseOf(state, readBack, index, reads) : reading;
}
