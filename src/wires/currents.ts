/** An array behind its wires -> the largest currents of its drivers and columns, where they are over a target's limits. */
import type { Target } from '../target/target.ts';
import type { EffectiveCrossbar } from './effective.ts';
import { currentsOverLimit, type Excess, worstCurrents } from './limits.ts';

/** How arrays are read. */
export type Reading = Pick<Target, 'driver' | 'wires'>;

/** The busiest driver and the busiest column that are over their limits, for the inputs that ask most of them. */
export function worstOver(target: Reading, effective: EffectiveCrossbar): readonly Excess[] {
  const { wires } = target;
  const { vRead, rowsAtOnce } = target.driver;
  const currents = worstCurrents(effective, vRead);
  const columns =
    rowsAtOnce < effective.drivers.length ? columnCurrents(effective, target) : currents.columns;
  const over = currentsOverLimit(
    { ...currents, columns },
    { driver: wires?.maxDriverCurrent, column: wires?.maxColumnCurrent },
  );
  return (['driver', 'column'] as const).flatMap((kind) => {
    const [worst] = over.filter(({ line }) => line === kind).sort((a, b) => b.current - a.current);
    return worst ?? [];
  });
}

/**
 * Where fewer rows are driven at once than there are: those of a column that conduct most, of the bank that does where
 * the others are gated off.
 */
function columnCurrents({ conductances, drivers }: EffectiveCrossbar, target: Reading): Float64Array {
  const { vRead, rowsAtOnce } = target.driver;
  const columns = conductances.length / drivers.length;
  const bank = bankOf(target, drivers.length);
  const most = new Float64Array(columns);
  for (let end = drivers.length; end > 0; end -= bank) {
    const own = conductances.subarray(Math.max(0, end - bank) * columns, end * columns);
    const sums = bank <= rowsAtOnce ? sumsOfColumns(own, columns) : largestSums(own, columns, rowsAtOnce);
    for (const [column, sum] of sums.entries()) most[column] = Math.max(most[column]!, vRead * sum);
  }
  return most;
}

function sumsOfColumns(conductances: Float64Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  for (let at = 0; at < conductances.length; at += columns)
    for (let column = 0; column < columns; column++) sums[column]! += conductances[at + column]!;
  return sums;
}

/** Of the rows that conduct most. */
function largestSums(conductances: Float64Array, columns: number, rows: number): Float64Array {
  return new Float64Array(columns).map((_, column) => {
    const own = Float64Array.from({ length: conductances.length / columns }, (__, row) => {
      return conductances[row * columns + column]!;
    });
    return own
      .sort()
      .subarray(-rows)
      .reduce((sum, g) => sum + g, 0);
  });
}

/** Rows whose cells conduct at a time. */
export function bankOf({ wires, driver }: Reading, rows: number): number {
  return wires?.idleRows === 'gated' ? Math.min(rows, driver.rowsAtOnce) : rows;
}
