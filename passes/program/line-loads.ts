/**
 * What the nominal levels of a mapping ask of drivers and columns at most, in any window of conductances: wires only take from it,
 * since no cell has more than the read voltage across it. The most that a column carries is its current with all rows that conduct
 * together at that voltage, the most that a driver gives that of its row alone.
 */
import type { Mapping } from '../../src/ir/mapping.ts';
import { levelStepOf } from '../../src/target/cell.ts';
import type { Target } from '../../src/target/target.ts';
import { bankOf } from '../../src/wires/currents.ts';
import { codedArrays } from './array-codes.ts';

/** Lines of one array: cells with a level along each, the sum of their level codes, and how many cells there are. */
interface Lines {
  readonly used: Int32Array;
  readonly codes: Int32Array;
  readonly length: number;
}

/** By array: its rows, and its columns bank by bank. */
export interface LineLoads {
  readonly arrays: readonly { readonly rows: Lines; readonly columns: Lines }[];
}

export function lineLoads(mapping: Mapping, target: Target): LineLoads {
  const { rows, columns } = target.array;
  const bank = bankOf(target, rows);
  const linesOf = (count: number, length: number): Lines => ({
    used: new Int32Array(count),
    codes: new Int32Array(count),
    length,
  });
  const arrays = [...codedArrays(mapping, target)].map(({ codes }) => {
    const loads = {
      rows: linesOf(rows, columns),
      columns: linesOf(Math.ceil(rows / bank) * columns, Math.min(bank, rows)),
    };
    for (let row = 0, at = 0; row < rows; row++) {
      const first = Math.floor((rows - 1 - row) / bank) * columns;
      for (let column = 0; column < columns; column++, at++) {
        const code = codes[at]!;
        if (code < 0) continue;
        loads.rows.used[row]!++;
        loads.rows.codes[row]! += code;
        loads.columns.used[first + column]!++;
        loads.columns.codes[first + column]! += code;
      }
    }
    return loads;
  });
  return { arrays };
}

/** Arrays with a line that can be asked for more than its limit. @param target in whichever window */
export function overLoaded({ arrays }: LineLoads, { cell, driver, wires }: Target): number {
  const idle = cell.unused === 'reset' ? cell.gMin : cell.gUnformed;
  const over = ({ used, codes, length }: Lines, limit = Number.POSITIVE_INFINITY) =>
    used.some((count, line) => {
      const conductance = count * cell.gUseMin + codes[line]! * levelStepOf(cell) + (length - count) * idle;
      return conductance * driver.vRead > limit;
    });
  return arrays.filter(
    ({ rows, columns }) => over(rows, wires?.maxDriverCurrent) || over(columns, wires?.maxColumnCurrent),
  ).length;
}
