/** One measurement of a tuning, or what it is about to measure -> the line that says so while the tuning goes on. */
import { formatTime } from '../text/time.ts';
import type { MeasuredStep, Plan } from '../tune/options.ts';
import { counted, formatSnr } from './number.ts';

/** Such as `mapping: as given: 190 arrays, 3.00 points lost (95 % -1.20 to 7.20), 14.1 dB, 2 chips, 41 s; 12 min left`. */
export function formatStep({ what, arrays, loss, snrToFloat, trials, seconds, left }: MeasuredStep): string {
  return `${what}: ${[
    ...(arrays === undefined ? [] : [counted(arrays, 'array')]),
    ...(loss
      ? [`${loss.points.toFixed(2)} points lost (95 % ${loss.low.toFixed(2)} to ${loss.high.toFixed(2)})`]
      : []),
    ...(snrToFloat === undefined ? [] : [formatSnr(snrToFloat)]),
    ...(trials === undefined ? [] : [counted(trials, 'chip')]),
    `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`,
  ].join(', ')}; ${leftText(left)}`;
}

/** Such as `plan: 24 mappings estimated; measuring one takes about 95 s, so 6 at most, and then held-out images; 11 min left`. */
export function formatPlan({ mappings, each, most, left }: Plan): string {
  const so = most < mappings ? `, so ${most} at most, and then held-out images` : '';
  return `plan: ${counted(mappings, 'mapping')} estimated; measuring one takes about ${formatTime(Math.ceil(each))}${so}; ${leftText(left)}`;
}

const leftText = (seconds: number) =>
  seconds > 0
    ? `${formatTime(seconds < 120 ? Math.ceil(seconds) : 60 * Math.round(seconds / 60))} left`
    : 'time is over';
