/** Rows of identical pulses -> the train of every device: what it conducted before and after, pulse by pulse. */
import { fitDevice, fitOrder, fitTooFew, fitValue } from '../../diagnostics/all.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { byDevice } from '../by-device.ts';
import type { Measurements, Row } from '../measurements.ts';

export interface Pulse {
  readonly up: boolean;
  /** Pulses of this polarity since the reading before: 1 unless rows leave some out. */
  readonly count: number;
  /** Reading after it (S). */
  readonly g: number;
}

export interface Train {
  readonly device: string;
  /** Reading before the first pulse (S). */
  readonly start: number;
  readonly pulses: readonly Pulse[];
}

/** Pulses of all devices below which no law is fitted. */
const fewest = 8;

export function trainsOf(measurements: Measurements): {
  readonly devices: readonly Train[];
  readonly problems: readonly Diagnostic[];
} {
  const { path, rows } = measurements;
  const { devices, resumed } = byDevice(rows);
  const read = [...devices].map(([device, own]) => trainOf(path, device, own, resumed));
  const trains = read.map(({ train }) => train);
  const problems = [...severalAmplitudes(measurements), ...read.flatMap((one) => one.problems)];
  return { devices: trains, problems: problems.length > 0 ? problems : tooFew(path, trains) };
}

function trainOf(path: string, device: string, rows: readonly Row[], resumed: ReadonlySet<Row>) {
  const problems: Diagnostic[] = [];
  const pulses: Pulse[] = [];
  const [first] = rows;
  let before = first!;
  for (const row of rows) {
    const place = `${path}:${row.line}`;
    const { pulse, conductance, up } = row;
    if (conductance === undefined || conductance < 0)
      problems.push(fitValue(place, 'this row has no conductance, or one below zero'));
    if (pulse === undefined) problems.push(fitValue(place, 'this row has no number of the pulse'));
    if (row === first) continue;
    const count = (pulse ?? 0) - (before.pulse ?? 0);
    if (count <= 0 && (resumed.has(row) || pulse === first!.pulse)) {
      const reason = `pulse ${pulse} follows pulse ${before.pulse} of line ${before.line}`;
      return {
        train: { device, start: 0, pulses },
        problems: [...problems, fitDevice(place, device, reason)],
      };
    }
    if (up === undefined) problems.push(fitValue(place, 'this pulse has no polarity'));
    if (count <= 0)
      problems.push(fitOrder(place, `pulse ${pulse} of '${device}' follows pulse ${before.pulse}`));
    pulses.push({ up: up ?? true, count, g: conductance ?? 0 });
    before = row;
  }
  return { train: { device, start: first!.conductance ?? 0, pulses }, problems };
}

function tooFew(path: string, trains: readonly Train[]): readonly Diagnostic[] {
  const all = trains.flatMap(({ pulses }) => pulses);
  return (['up', 'down'] as const).flatMap((word) => {
    const many = all.filter(({ up }) => up === (word === 'up')).length;
    const reason = `there are ${many} pulses ${word} behind a reading, and a law of steps takes ${fewest} or more in either direction`;
    return many < fewest ? [fitTooFew(path, reason)] : [];
  });
}

/** Identical pulses have one amplitude. */
const severalAmplitudes = ({ path, rows }: Measurements): readonly Diagnostic[] =>
  [true, false].flatMap((up) => {
    const voltages = amplitudes(rows, up);
    const [least, most] = [voltages[0], voltages.at(-1)];
    const reason = `pulses ${up ? 'up' : 'down'} have ${voltages.length} amplitudes, from ${least} V to ${most} V, and the laws of this form are those of identical pulses`;
    return voltages.length > 1 ? [fitValue(path, reason)] : [];
  });

/** Distinct amplitudes of a polarity (V), in their order of size. */
function amplitudes(rows: Measurements['rows'], up: boolean): number[] {
  const own = rows.flatMap(({ voltage, up: polarity }) =>
    polarity === up && voltage !== undefined && voltage !== 0 ? [Math.abs(voltage)] : [],
  );
  return [...new Set(own)].sort((a, b) => a - b).map((size) => (up ? size : -size));
}
