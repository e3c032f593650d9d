/** Rows of write results -> what every device was to conduct, and what it did. */
import { fitTooFew, fitValue } from '../../diagnostics/all.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { byDevice } from '../by-device.ts';
import type { Measurements } from '../measurements.ts';

export interface Writes {
  readonly device: string;
  /** uS. */
  readonly targets: readonly number[];
  readonly readings: readonly number[];
}

/** Results below which no law is fitted. */
const fewest = 30;

export function writesOf({ path, rows }: Measurements): {
  readonly devices: readonly Writes[];
  readonly problems: readonly Diagnostic[];
} {
  const problems: Diagnostic[] = rows.flatMap(({ line, target, conductance }) =>
    target === undefined || target <= 0 || conductance === undefined
      ? [fitValue(`${path}:${line}`, 'this row has no target above zero, or no conductance')]
      : [],
  );
  const few =
    rows.length < fewest
      ? [
          fitTooFew(
            path,
            `there are ${rows.length} writes, and a law of their errors takes ${fewest} or more`,
          ),
        ]
      : [];
  const devices = [...byDevice(rows).devices].map(([device, own]) => ({
    device,
    targets: own.map(({ target }) => 1e6 * (target ?? 0)),
    readings: own.map(({ conductance }) => 1e6 * (conductance ?? 0)),
  }));
  return { devices, problems: problems.length > 0 ? problems : few };
}
