/** Seconds of one core for the corrected levels of one array: two exact solves, and the steps between them. */
import { loadTarget } from '../src/index.ts';
import { type ColumnSum, predistort } from '../src/wires/predistort.ts';
import { processorTime } from './clock.ts';
import { gaussianCells } from './gaussian.ts';

/** Rows that conduct together, columns that are filled, and share of TetraMem's window. */
const cases = [
  [256, 256, 0.02],
  [16, 256, 0.06],
  [8, 64, 0.5],
] as const;

export async function levelCorrections(): Promise<string[][]> {
  const { target } = await loadTarget('tetramem-256-6bit', []);
  const { array, cell: whole, wires, driver } = target;
  const rows: string[][] = [];
  for (const [bank, filled, window] of cases) {
    const cell = { ...whole, gUseMax: whole.gUseMin + window * (whole.gUseMax - whole.gUseMin) };
    const { pairs } = gaussianCells(array.rows, filled / 2, 3.5);
    const codes = new Int16Array(array.rows * array.columns).fill(-1);
    for (const [i, share] of pairs.entries())
      codes[Math.floor(i / filled) * array.columns + (i % filled)] = Math.round((cell.levels - 1) * share);
    const sums: ColumnSum[] = [];
    for (let startRow = 0; startRow < array.rows; startRow += bank)
      for (let added = 0; added < filled; added += 2)
        sums.push({
          block: 0,
          added,
          subtracted: added + 1,
          startRow,
          endRow: startRow + bank,
          moves: 'both',
        });
    const reading = { wires, driver: { ...driver, rowsAtOnce: bank } };
    const context = { array, cell, wires: wires!, bank, rounds: 1, reading };
    const spent = await processorTime(5, async () => predistort(context, { codes, sums }));
    const label = `tetramem-256-6bit, ${100 * window} % of the window`;
    rows.push([`levels, ${bank} rows at once, ${filled} columns`, label, `${spent.least.toFixed(3)} s`, '']);
  }
  return rows;
}
