/**
 * Options and a target with wires -> how far arrays may be filled, and the widest window of conductances in which no line is asked
 * for more than its limit.
 */
import { defined } from '../defined.ts';
import type { Remedy } from '../ir/expected-signal.ts';
import { bundleOf } from '../ir/mapping.ts';
import type { Target } from '../target/target.ts';
import type { RemedySubject } from './expect-remedies.ts';

/** How much of an array is filled, or driven at once: all of it where there is no field. */
export type Layout = Pick<Remedy, 'rowsAtOnce' | 'rowsUsed' | 'columnsUsed'>;

/** Lines that are filled, or driven, at least. */
const fewestLines = 8;

/** What the options leave open, by rows and by columns, from all of them on. */
export function layoutsFor(
  { options, mapping }: Pick<RemedySubject, 'options' | 'mapping'>,
  { array, driver, cell, wires }: Target,
): { readonly rows: readonly Layout[]; readonly columns: readonly Layout[] } {
  const { rowsAtOnce, rowsUsed, columnsUsed } = options;
  // Where idle rows are cut off, rows that take turns may share an array. Cells that nobody uses must not conduct otherwise.
  const gated = wires?.idleRows === 'gated';
  const unformed = cell.unused === 'unformed';
  const rows = Math.min(array.rows, driver.rowsAtOnce);
  const fewerRows = rowsAtOnce === undefined && rowsUsed === undefined && (gated || unformed);
  const fewestColumns = Math.max(fewestLines, ...mapping.layers.map((layer) => 2 * bundleOf(layer)));
  const fewerColumns = columnsUsed === undefined && unformed;
  return {
    rows: [
      defined({ rowsAtOnce, rowsUsed }),
      ...halves(fewerRows ? rows : 0, fewestLines).map((count) =>
        gated ? { rowsAtOnce: count } : { rowsUsed: count },
      ),
    ],
    columns: [
      defined({ columnsUsed }),
      ...halves(fewerColumns ? array.columns : 0, fewestColumns).map((count) => ({ columnsUsed: count })),
    ],
  };
}

/** Half of a number, half of that, and so on, down to `least`. */
function halves(from: number, least: number): number[] {
  const half = from >> 1;
  return half < least ? [] : [half, ...halves(half, least)];
}

/** Of the window of conductances, from all of it on. */
export const shares = [
  1, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.085, 0.06, 0.042, 0.03, 0.021, 0.015, 0.01,
] as const;

/**
 * Shares of the window that are within the limits, the widest first.
 * @param over how many arrays are over them; more in a wider window
 */
export async function windowsWithin(over: (share: number) => Promise<number>): Promise<readonly number[]> {
  const last = shares.length - 1;
  let fits: number = shares.length;
  for (let [low, next] = [0, 0]; low < fits; next = (low + fits) >> 1) {
    if ((await over(shares[next]!)) === 0) fits = next;
    else if (low === 0 && fits > last && (await over(shares[last]!)) > 0) return [];
    else low = next + 1;
  }
  return shares.slice(fits);
}
