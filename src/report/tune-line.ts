/** One measurement of a tuning -> the line that says so while the tuning goes on. */
import type { MeasuredStep } from '../tune/options.ts';
import { counted, formatSnr } from './number.ts';

/** Such as `mapping: as given: 190 arrays, 3.00 points lost (95 % -1.20 to 7.20), 14.1 dB, 2 chips, 41 s`. */
export function formatStep({ what, arrays, loss, snrToFloat, trials, seconds }: MeasuredStep): string {
  return `${what}: ${[
    ...(arrays === undefined ? [] : [counted(arrays, 'array')]),
    ...(loss
      ? [`${loss.points.toFixed(2)} points lost (95 % ${loss.low.toFixed(2)} to ${loss.high.toFixed(2)})`]
      : []),
    ...(snrToFloat === undefined ? [] : [formatSnr(snrToFloat)]),
    ...(trials === undefined ? [] : [counted(trials, 'chip')]),
    `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`,
  ].join(', ')}`;
}
