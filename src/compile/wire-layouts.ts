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

/** Of the window, below which it is none. */
const narrowest = 0.01;

/**
 * The widest share of the window that is within the limits, to 2 %, rounded down to two digits; undefined where none is.
 * @param over how many arrays are over them; more in a wider window
 */
export async function widestWindow(over: (share: number) => Promise<number>): Promise<number | undefined> {
  if ((await over(1)) === 0) return 1;
  if ((await over(narrowest)) > 0) return undefined;
  let [fits, beyond] = [narrowest, 1];
  while (beyond > 1.02 * fits) {
    const between = Math.sqrt(fits * beyond);
    if ((await over(between)) === 0) fits = between;
    else beyond = between;
  }
  return shortened(fits);
}

/** Two digits, rounded down. */
export function shortened(share: number): number {
  const unit = 10 ** (Math.floor(Math.log10(share)) - 1);
  return Number((Math.floor(share / unit + 1e-9) * unit).toPrecision(2));
}
