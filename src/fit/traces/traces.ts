/** Rows of readings that follow each other evenly -> the trace of every device. */
import { fitDevice, fitOrder, fitTooFew, fitValue } from '../../diagnostics/all.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { meanOf } from '../../math/statistics.ts';
import { byDevice } from '../by-device.ts';
import type { Measurements, Row } from '../measurements.ts';

export interface Trace {
  readonly device: string;
  /** Seconds from reading to reading. */
  readonly interval: number;
  /** uS. */
  readonly readings: readonly number[];
  /** Their mean. */
  readonly mean: number;
}

/** Devices, and readings of each, below which no law is fitted. */
const fewest = { devices: 4, readings: 32 };
/** Share of an interval by which another may differ from the first. */
const even = 0.01;

export function tracesOf({ path, rows }: Measurements): {
  readonly devices: readonly Trace[];
  readonly problems: readonly Diagnostic[];
} {
  const { devices, resumed } = byDevice(rows);
  const read = [...devices].map(([device, own]) => traceOf(path, device, own, resumed));
  const problems = read.flatMap((one) => one.problems);
  const traces = read.map(({ trace }) => trace);
  const shortest = traces.reduce((least, { readings }) => Math.min(least, readings.length), Infinity);
  const few =
    traces.length < fewest.devices || shortest < fewest.readings
      ? [
          fitTooFew(
            path,
            `there are ${traces.length} devices, with ${shortest} readings or more, and a law of noise takes ${fewest.devices} and ${fewest.readings}`,
          ),
        ]
      : [];
  return { devices: traces, problems: problems.length > 0 ? problems : few };
}

function traceOf(path: string, device: string, rows: readonly Row[], resumed: ReadonlySet<Row>) {
  const problems: Diagnostic[] = [];
  const [first, second] = rows;
  const interval = (second?.time ?? 0) - (first?.time ?? 0);
  for (const [i, row] of rows.entries()) {
    const place = `${path}:${row.line}`;
    if (row.conductance === undefined || row.conductance <= 0 || row.time === undefined) {
      problems.push(fitValue(place, 'this row has no time, or no conductance above zero'));
      continue;
    }
    if (i === 0) continue;
    if (resumed.has(row)) {
      problems.push(fitDevice(place, device, 'its rows go on behind those of another device'));
      break;
    }
    const since = row.time - (rows[i - 1]!.time ?? 0);
    if (!(interval > 0) || Math.abs(since - interval) > even * interval) {
      problems.push(
        fitOrder(
          place,
          `${since} s after the reading before, where readings of '${device}' are to follow each other evenly, by ${interval} s`,
        ),
      );
      break;
    }
  }
  const readings = rows.map(({ conductance }) => 1e6 * (conductance ?? 0));
  return { trace: { device, interval, readings, mean: meanOf(readings) }, problems };
}
