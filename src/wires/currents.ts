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
  return Float64Array.from({ length: columns }, (_, column) => {
    const own = drivers.map((__, row) => conductances[row * columns + column]!);
    let most = 0;
    for (let end = own.length; end > 0; end -= bank) {
      const together = own
        .slice(Math.max(0, end - bank), end)
        .sort()
        .subarray(-rowsAtOnce);
      most = Math.max(most, vRead * together.reduce((sum, g) => sum + g, 0));
    }
    return most;
  });
}

/** Rows whose cells conduct at a time. */
export function bankOf({ wires, driver }: Reading, rows: number): number {
  return wires?.idleRows === 'gated' ? Math.min(rows, driver.rowsAtOnce) : rows;
}
