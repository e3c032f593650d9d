/** Rows of write loops -> the loops of every device, reading by reading. */
import { fitDevice, fitOrder, fitTooFew, fitValue } from '../../diagnostics/all.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { byDevice } from '../by-device.ts';
import type { Measurements, Row } from '../measurements.ts';

export interface Loop {
  /** uS. */
  readonly target: number;
  /** Before the first pulse, and after each (uS). */
  readonly readings: readonly number[];
}

export interface LoopDevice {
  readonly device: string;
  readonly loops: readonly Loop[];
}

/** Devices, and pulses of all of them, below which no law is fitted. */
const fewest = { devices: 4, pulses: 30 };

export function loopsOf({ path, rows }: Measurements): {
  readonly devices: readonly LoopDevice[];
  readonly problems: readonly Diagnostic[];
} {
  const { devices, resumed } = byDevice(rows);
  const read = [...devices].map(([device, own]) => loopsOfOne(path, device, own, resumed));
  const problems = read.flatMap((one) => one.problems);
  const found = read.map(({ device, loops }) => ({ device, loops }));
  const pulses = found
    .flatMap(({ loops }) => loops)
    .reduce((sum, { readings }) => sum + readings.length - 1, 0);
  const few =
    found.length < fewest.devices || pulses < fewest.pulses
      ? [
          fitTooFew(
            path,
            `there are ${found.length} devices and ${pulses} pulses, and a law of write loops takes ${fewest.devices} and ${fewest.pulses} or more`,
          ),
        ]
      : [];
  return { devices: found, problems: problems.length > 0 ? problems : few };
}

function loopsOfOne(path: string, device: string, rows: readonly Row[], resumed: ReadonlySet<Row>) {
  const problems: Diagnostic[] = [];
  const loops: { target: number; readings: number[] }[] = [];
  let before: Row | undefined;
  for (const row of rows) {
    const place = `${path}:${row.line}`;
    const { pulse, target, conductance } = row;
    if (target === undefined || target <= 0 || conductance === undefined)
      problems.push(fitValue(place, 'this row has no target above zero, or no conductance'));
    if (resumed.has(row))
      problems.push(fitDevice(place, device, 'its rows go on behind those of another device'));
    const isFirst = pulse === 0;
    if (!isFirst && (before === undefined || pulse !== (before.pulse ?? 0) + 1 || target !== before.target))
      problems.push(
        fitOrder(
          place,
          `pulse ${pulse} of '${device}' follows ${before ? `pulse ${before.pulse}` : 'none'}: a loop begins at pulse 0, has one target, and a reading after every pulse`,
        ),
      );
    if (isFirst || loops.length === 0) loops.push({ target: 1e6 * (target ?? 0), readings: [] });
    loops.at(-1)!.readings.push(1e6 * (conductance ?? 0));
    before = row;
  }
  return { device, loops, problems };
}
