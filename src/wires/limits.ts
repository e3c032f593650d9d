/**
 * The largest currents that a crossbar asks of its drivers and bitlines, against what they stand. The worst case of a
 * bitline is every row at the read voltage; that of a driver is its row alone, because bitlines that other rows pull up
 * leave less voltage across its cells.
 */
import type { EffectiveCrossbar } from './effective.ts';

/** Ampere; without one, anything goes. */
interface CurrentLimits {
  readonly driver?: number | undefined;
  readonly column?: number | undefined;
}

interface WorstCurrents {
  /** A, [row]. */
  readonly drivers: Float64Array;
  /** A, [column]. */
  readonly columns: Float64Array;
}

export interface Excess {
  readonly line: 'driver' | 'column';
  /** Row of the driver, or column. */
  readonly index: number;
  /** A. */
  readonly current: number;
  readonly limit: number;
}

/**
 * The worst currents over all inputs whose rows are at 0 V or at `vRead` (V). With rows in groups that are driven one
 * after the other, they are bounds.
 */
export function worstCurrents({ conductances, drivers }: EffectiveCrossbar, vRead: number): WorstCurrents {
  const columns = new Float64Array(conductances.length / drivers.length);
  for (let c = 0; c < conductances.length; c++) columns[c % columns.length]! += conductances[c]! * vRead;
  return { drivers: drivers.map((conductance) => conductance * vRead), columns };
}

/** What is over its limit: drivers by row, then columns. */
export function currentsOverLimit(currents: WorstCurrents, limits: CurrentLimits): Excess[] {
  const over = (line: Excess['line'], of: Float64Array, limit = Number.POSITIVE_INFINITY) =>
    [...of].flatMap((current, index) => (current > limit ? [{ line, index, current, limit }] : []));
  return [
    ...over('driver', currents.drivers, limits.driver),
    ...over('column', currents.columns, limits.column),
  ];
}
