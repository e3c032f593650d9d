/** When chips were calibrated, until when that does and what it takes -> lines of a verification. */
import { formatTime } from '../text/time.ts';
import { formatQuantity } from '../text/units.ts';
import type { CalibrationCost } from '../verify/calibration-cost.ts';
import type { ReadingReport, RefreshReport } from '../verify/report.ts';
import { counted, formatCount } from './number.ts';

/** Time, wires where both are shown, and what is done about what has moved by then. */
export function readingName(
  { at, wires, compensated, calibratedAt }: ReadingReport,
  all: readonly ReadingReport[],
): string {
  const both = new Set(all.map((reading) => reading.wires)).size > 1;
  return [
    at === 0 ? 'right after' : `after ${formatTime(at)}`,
    ...(both ? [wires ? 'wires on' : 'wires off'] : []),
    ...(calibratedAt === undefined || (at === 0 && calibratedAt === 0)
      ? []
      : [calibratedWhen(at, calibratedAt)]),
    ...(compensated === 'global' && at !== calibratedAt ? ['one factor'] : []),
  ].join(', ');
}

/** Where layers were, or should have been, calibrated one after the other. */
export function calibrationOrder(readings: readonly ReadingReport[]): string | undefined {
  if (readings.some(({ sequential }) => sequential)) return 'layers calibrated one after the other';
  return readings.some(({ compensated }) => compensated === 'sequential')
    ? 'layers calibrated apart (too few samples in the package)'
    : undefined;
}

/** Where cells may have moved since programming. */
export function calibratedWhen(at: number, calibratedAt: number): string {
  return calibratedAt === at ? 'calibrated then' : `calibrated ${momentOf(calibratedAt)}`;
}

const momentOf = (seconds: number) => (seconds === 0 ? 'when programmed' : `at ${formatTime(seconds)}`);

/** Up to when chips do: from then on they have to be calibrated anew, or programmed where that is done at every reading. */
export function formatRefresh(
  { maxDrop, calibratedAt, within, beyond }: RefreshReport,
  { compensated, calibratedAt: first }: ReadingReport,
): string {
  const until =
    within === undefined ? undefined : within === 0 ? 'right after programming' : formatTime(within);
  const more = beyond === undefined ? '' : `, not at ${formatTime(beyond)}`;
  const what =
    calibratedAt === undefined ? 'refresh:' : `recalibration: calibrated ${momentOf(calibratedAt)},`;
  const held = compensated === 'none' || compensated === 'global';
  const each = !held && first !== undefined ? ', calibrated at each' : '';
  return `${what} a loss of ${maxDrop} points is ${until ? `kept up to ${until}${more}` : 'exceeded from the start'}, of the times given${each}`;
}

export function calibrationText(cost: CalibrationCost): string {
  const { layers, samples, vectors, conversions, time, energy } = cost;
  const whole = samples > 0 ? `, ${counted(samples, 'whole sample')} among them` : '';
  return [
    `${formatCount(vectors)} inputs of ${counted(layers.length, 'layer')}${whole}`,
    `${formatCount(conversions)} conversions`,
    `${formatQuantity(time, 's')}, ${formatQuantity(energy, 'J')} in the converters`,
  ].join(', ');
}
