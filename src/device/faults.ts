/**
 * Cells that do not do as they are told: turns the shares of stuck cells into the cells of one array that are stuck, and
 * the conductance of each. One uniform draw per cell, keyed by (seed, array, cell): below stuckLow it conducts gMin,
 * within the next stuckHigh it conducts gMax, from fabrication on.
 */
import { openStream } from '../random.ts';
import type { Faults, Target } from '../target/target.ts';

/** Conductances (S) of an array's stuck cells, by cell number. */
export type StuckCells = ReadonlyMap<number, number>;

export function drawStuckCells(
  { stuckLow, stuckHigh }: Pick<Faults, 'stuckLow' | 'stuckHigh'>,
  { gMin, gMax }: Pick<Target['cell'], 'gMin' | 'gMax'>,
  seed: number,
  array: number,
  cells: number,
): StuckCells {
  const stuck = new Map<number, number>();
  if (stuckLow + stuckHigh === 0) return stuck;
  const stream = openStream(seed, 'stuck', array);
  for (let cell = 0; cell < cells; cell++) {
    stream.seek(cell);
    const u = stream.uniform();
    if (u < stuckLow) stuck.set(cell, gMin);
    else if (u < stuckLow + stuckHigh) stuck.set(cell, gMax);
  }
  return stuck;
}
