/** Rows of times after programming -> every device by what it conducted at once and later. */
import { fitDevice, fitOrder, fitTooFew, fitValue } from '../../diagnostics/all.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { byDevice } from '../by-device.ts';
import type { Measurements, Row } from '../measurements.ts';

export interface Ageing {
  readonly device: string;
  /** Reading at time 0 (uS). */
  readonly g: number;
  /** s after programming, rising. */
  readonly times: readonly number[];
  /** uS. */
  readonly readings: readonly number[];
}

/** Devices, and times of all of them, below which no law is fitted. */
const fewest = { devices: 4, times: 3 };

export function ageingOf({ path, rows }: Measurements): {
  readonly devices: readonly Ageing[];
  readonly problems: readonly Diagnostic[];
} {
  const { devices, resumed } = byDevice(rows);
  const read = [...devices].map(([device, own]) => ageingOfOne(path, device, own, resumed));
  const problems = read.flatMap((one) => one.problems);
  const found = read.map(({ ageing }) => ageing);
  const times = new Set(found.flatMap((one) => one.times));
  const few =
    found.length < fewest.devices || times.size < fewest.times
      ? [
          fitTooFew(
            path,
            `there are ${found.length} devices and ${times.size} times after programming, and a law of ageing takes ${fewest.devices} and ${fewest.times} or more`,
          ),
        ]
      : [];
  return { devices: found, problems: problems.length > 0 ? problems : few };
}

function ageingOfOne(path: string, device: string, rows: readonly Row[], resumed: ReadonlySet<Row>) {
  const problems: Diagnostic[] = [];
  const times: number[] = [];
  const readings: number[] = [];
  const [first] = rows;
  let before: Row | undefined;
  for (const row of rows) {
    const place = `${path}:${row.line}`;
    const { time, conductance } = row;
    if (conductance === undefined || conductance <= 0)
      problems.push(fitValue(place, 'this row has no conductance above zero'));
    if (time === undefined || time < 0) problems.push(fitValue(place, 'this row has no time from 0 on'));
    if (before && (time ?? 0) <= (before.time ?? 0)) {
      const reason = `time ${time} s follows ${before.time} s of line ${before.line}`;
      if (resumed.has(row) || time === first!.time) {
        problems.push(fitDevice(place, device, reason));
        break;
      }
      problems.push(fitOrder(place, `${reason} in the rows of '${device}'`));
    }
    if (row !== first) {
      times.push(time ?? 0);
      readings.push(1e6 * (conductance ?? 0));
    } else if (time !== 0)
      problems.push(
        fitOrder(
          place,
          `the first row of '${device}' is at ${time} s, and not at 0, right after programming`,
        ),
      );
    before = row;
  }
  return { ageing: { device, g: 1e6 * (first!.conductance ?? 0), times, readings }, problems };
}

/** For which times and conductances a law was measured, as the fields of its section. */
export function measuredRange(section: string, devices: readonly Ageing[]) {
  const times = devices.flatMap((one) => one.times);
  const levels = devices.map(({ g }) => g * 1e-6);
  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
  const how = 'what was measured';
  return (
    [
      ['validFrom', least(times), 's'],
      ['validTo', most(times), 's'],
      ['validGMin', least(levels), 'S'],
      ['validGMax', most(levels), 'S'],
    ] as const
  ).map(([name, value, unit]) => ({
    field: `${section}.${name}`,
    value,
    unit,
    from: 'measured' as const,
    how,
    exact: true as const,
  }));
}

/** Covariance of readings that share one normal number, and the noise of a reading with the one right after programming. */
export function ageingCovariance(spreads: readonly number[], noise: number): number[][] {
  const square = noise * noise;
  return spreads.map((a, i) => spreads.map((b, j) => a * b + square * (i === j ? 2 : 1)));
}
