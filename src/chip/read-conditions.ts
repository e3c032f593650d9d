/** Under which conditions a programmed chip is read, and what a target makes of them. */
import { changesWithTime, conditionsOf } from '../conditions/models.ts';
import {
  conductanceNotCovered,
  nothingChanges,
  timeBeforeProgramming,
  timeNotCovered,
} from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import type { Target } from '../target/target.ts';
import { formatTime } from '../text/time.ts';
import { formatQuantity } from '../text/units.ts';

export interface ReadConditions {
  /** Seconds after programming; 0 is right after it, before anything has drifted. */
  readonly at: number;
  /** Whether the resistance of the wires counts. */
  readonly wires: boolean;
  /** Whether readings have noise. */
  readonly noise: boolean;
  /** Number of the batch of readings that share one state of the slow fluctuators, and seconds from one to the next. */
  readonly batch: number;
  readonly interval: number;
  /**
   * Seconds that an image takes: 1/f noise that is slower is a state of the cells. 0 where nothing is computed, and all of it
   * is.
   */
  readonly image: number;
}

/** Right after programming, with all that the target has. */
export const rightAfter: ReadConditions = {
  at: 0,
  wires: true,
  noise: true,
  batch: 0,
  interval: 0,
  image: 0,
};

/**
 * Problems with reading a target at a time: a time or levels for which its laws were not measured, and a time that
 * changes nothing, are warnings; a time before programming is an error.
 */
export function checkTime(target: Target, at: number): Diagnostic[] {
  const place = `--at ${formatTime(at)}`;
  if (!(at >= 0)) return [timeBeforeProgramming(place)];
  if (at === 0) return [];
  if (!changesWithTime(target)) return [nothingChanges(place, target.name)];
  const { gUseMin, gUseMax } = target.cell;
  return conditionsOf(target).flatMap(({ section, model, read }) => {
    const measured = model.measured?.(read);
    if (!measured) return [];
    const { validFrom, validTo, validGMin, validGMax } = measured;
    const problems: Diagnostic[] = [];
    if (at < validFrom || at > validTo)
      problems.push(timeNotCovered(place, section, `${formatTime(validFrom)} to ${formatTime(validTo)}`));
    if (gUseMin < validGMin || gUseMax > validGMax) {
      const range = (low: number, high: number) =>
        `${formatQuantity(low, 'S')} to ${formatQuantity(high, 'S')}`;
      problems.push(conductanceNotCovered(section, range(gUseMin, gUseMax), range(validGMin, validGMax)));
    }
    return problems;
  });
}

/** @throws DiagnosticError options/time-before-programming */
export function raiseTime(target: Target, at: number): void {
  raise(checkTime(target, at));
}
