/** The columns that a file of measurements may have, by name: what they hold, and in which unit. */
import type { Unit } from '../text/units.ts';

export type Kind = 'name' | 'whole' | 'polarity' | Exclude<Unit, ''>;

export const columns = {
  device: 'name',
  pulse: 'whole',
  polarity: 'polarity',
  voltage: 'V',
  width: 's',
  target: 'S',
  conductance: 'S',
  current: 'A',
  vread: 'V',
  time: 's',
  reading: 'whole',
} as const satisfies Readonly<Record<string, Kind>>;

export type Column = keyof typeof columns;

/** How a header is written, such as `conductance (uS)` or `pulse`. */
export function headerOf(column: Column): string {
  const kind: Kind = columns[column];
  return kind === 'name' || kind === 'whole' || kind === 'polarity' ? column : `${column} (${kind})`;
}
