/** How far pulses take devices. */
import { meanOf, sigmaOfSample } from '../../math/statistics.ts';
import type { Ends } from './step-law.ts';
import type { Train } from './trains.ts';

/** The highest and lowest conductances at which runs of pulses of one polarity end, as means over devices (S). */
export function reachOf(trains: readonly Train[]): Ends {
  const end = (up: boolean) =>
    meanOf(
      trains
        .filter(({ pulses }) => pulses.some((pulse) => pulse.up === up))
        .map((train) => reachOfOne(train)[up ? 'high' : 'low']),
    );
  return { low: end(false), high: end(true) };
}

export function reachOfOne({ start, pulses }: Train): Ends {
  const runs: { up: boolean; readings: number[] }[] = [];
  for (const { up, g } of pulses) {
    if (runs.at(-1)?.up !== up) runs.push({ up, readings: [] });
    runs.at(-1)!.readings.push(g);
  }
  const end = (up: boolean) => {
    const own = runs.filter((run) => run.up === up).map(({ readings }) => readings);
    const plateaus = own.flatMap(plateauOf);
    return plateaus.length > 0 ? [meanOf(plateaus)] : [start, ...own.map((readings) => readings.at(-1)!)];
  };
  return { low: Math.min(...end(false)), high: Math.max(...end(true)) };
}

/** Readings at the end of a run that a bound holds: the last quarter, where it goes nowhere. */
function plateauOf(readings: readonly number[]): readonly number[] {
  const many = Math.floor(readings.length / 4);
  const last = readings.slice(readings.length - many);
  const [early, late] = [last.slice(0, many >> 1), last.slice(many - (many >> 1))];
  if (many < 6) return [];
  const noise = sigmaOfSample(last) * Math.sqrt(2 / (many >> 1));
  return Math.abs(meanOf(late) - meanOf(early)) < 2 * noise ? last : [];
}
