/** Rows -> those of every device, in the order of the file. */
import type { Row } from './measurements.ts';

export interface ByDevice {
  readonly devices: ReadonlyMap<string, readonly Row[]>;
  /** Rows with which a device goes on behind rows of others. */
  readonly resumed: ReadonlySet<Row>;
}

export function byDevice(rows: readonly Row[]): ByDevice {
  const devices = new Map<string, Row[]>();
  const resumed = new Set<Row>();
  let last = '';
  for (const row of rows) {
    const own = devices.get(row.device);
    if (own && row.device !== last) resumed.add(row);
    if (own) own.push(row);
    else devices.set(row.device, [row]);
    last = row.device;
  }
  return { devices, resumed };
}
