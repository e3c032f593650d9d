/** A target -> how its cells are expected to be read where nobody says when. */
import { aimed, cellReadings } from '../chip/expected-reading.ts';
import { changesWithTime } from '../conditions/models.ts';
import type { CellReadings } from '../ir/cell-readings.ts';
import type { CompileOptions } from '../ir/options.ts';
import type { Target } from '../target/target.ts';

/** Seconds after programming: what relaxes at all has mostly done so by then. */
export const usualTime = 1;

/** A day (s): a chip that is programmed today is for use tomorrow too. */
export const nextDay = 86_400;

/** The same of a target: right after programming, where nothing changes with time. */
export const usualReadTime = (target: Target): number => (changesWithTime(target) ? usualTime : 0);

/** What is expected of a mapping whose wires are corrected as the options say, wires apart. */
export function correctedReadings(
  target: Target,
  { wireCorrection }: Pick<CompileOptions, 'wireCorrection'>,
  at: number,
  noise = true,
): CellReadings {
  const readings = cellReadings(target, at, noise);
  return wireCorrection === 'levels' ? aimed(readings, target) : readings;
}

export const usualReadings = (target: Target): CellReadings => cellReadings(target, usualReadTime(target));
