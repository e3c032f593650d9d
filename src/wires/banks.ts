/**
 * A crossbar whose rows are driven bank by bank, the cells of all other rows cut off by their gates: each bank is a
 * crossbar of its own, further up its bitlines. What carries no current is left out first, and changes nothing: ends of
 * wires beyond the outermost cells, and cells without conductance between them and the sources become part of the wires
 * there.
 */
import { type EffectiveCrossbar, effectiveConductances } from './effective.ts';
import type { Wires } from './network.ts';

/**
 * Effective conductances, and what the driver of a row gives, where at most `bank` rows conduct at a time. Banks are
 * counted from the sensed end.
 * @param conductances of the cells in siemens, [row][column], none negative
 * @param bank rows; all of them are one bank where it is `rows` or more
 */
export function effectiveBanks(
  conductances: Float32Array | Float64Array,
  rows: number,
  columns: number,
  wires: Wires,
  bank: number,
): EffectiveCrossbar {
  const effective = { conductances: new Float64Array(rows * columns), drivers: new Float64Array(rows) };
  for (let end = rows; end > 0; end -= bank)
    solveBank(effective, conductances, { start: Math.max(0, end - bank), end, rows, columns }, wires);
  return effective;
}

interface Bank {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly rows: number;
  readonly columns: number;
}

function solveBank(
  to: EffectiveCrossbar,
  conductances: Float32Array | Float64Array,
  { start, end, rows, columns }: Bank,
  wires: Wires,
): void {
  let [top, bottom, left, right] = [end, start, columns, 0];
  for (let i = start; i < end; i++)
    for (let j = 0; j < columns; j++) {
      if (conductances[i * columns + j] === 0) continue;
      top = Math.min(top, i);
      bottom = i + 1;
      left = Math.min(left, j);
      right = Math.max(right, j + 1);
    }
  if (bottom <= top) return;
  // Behind a second driver the wire to the right carries current, too.
  if (wires.sides === 'two') [left, right] = [0, columns];
  const [height, width] = [bottom - top, right - left];
  const cells = new Float64Array(height * width);
  for (let i = 0; i < height; i++) {
    const row = (top + i) * columns;
    cells.set(conductances.subarray(row + left, row + right), i * width);
  }
  const solved = effectiveConductances(cells, height, width, {
    ...wires,
    driver: wires.driver + left * wires.rowSegment,
    sense: wires.sense + (rows - bottom) * wires.columnSegment,
  });
  for (let i = 0; i < height; i++)
    to.conductances.set(solved.conductances.subarray(i * width, (i + 1) * width), (top + i) * columns + left);
  to.drivers.set(solved.drivers, top);
}
