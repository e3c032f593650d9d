/** What cells do that are formed, RESET by pulses and read back, whatever programs them. */
import { openStream } from '../math/random.ts';
import { type Cell, resetConductance } from '../target/cell.ts';
import type { Cells, ReadBack } from './scheme.ts';

/** @param spread of the conductance right after RESET (S) */
export function resetCells(
  cell: Cell,
  spread: number,
  seed: number,
  array: number,
): Pick<Cells, 'gFormed' | 'resetPulses' | 'reset'> {
  const stream = openStream(seed, 'reset', array);
  return {
    gFormed: cell.gMax,
    resetPulses: 1,
    reset(_cell, event) {
      stream.seek(event);
      return resetConductance(cell, spread, stream.normal());
    },
  };
}

/** @param readNoise standard deviation of one reading (S) */
export function readCells(
  readNoise: number,
  seed: number,
  array: number,
  toleranceAt: ReadBack['toleranceAt'] = (tolerance) => tolerance,
): ReadBack {
  return { stream: openStream(seed, 'verify-read', array), readNoise, toleranceAt };
}
