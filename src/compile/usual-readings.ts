/** A target -> how its cells are expected to be read where nobody says when. */
import { cellReadings } from '../chip/expected-reading.ts';
import { changesWithTime } from '../conditions/models.ts';
import type { CellReadings } from '../ir/cell-readings.ts';
import type { Target } from '../target/target.ts';

/** Seconds after programming: what relaxes at all has mostly done so by then. */
export const usualTime = 1;

/** A day (s): a chip that is programmed today is for use tomorrow too. */
export const nextDay = 86_400;

/** The same of a target: right after programming, where nothing changes with time. */
export const usualReadTime = (target: Target): number => (changesWithTime(target) ? usualTime : 0);

export const usualReadings = (target: Target): CellReadings => cellReadings(target, usualReadTime(target));
