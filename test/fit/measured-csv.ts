/** Trains as a file of measurements. */
import type { Train } from '../../src/fit/pulses/trains.ts';

export function trainsCsv(trains: readonly Train[]): string {
  const micro = (g: number) => (g * 1e6).toFixed(4);
  const rows = trains.flatMap(({ device, start, pulses }) => {
    let number = 0;
    return [
      `${device},0,,${micro(start)}`,
      ...pulses.map(({ up, count, g }) => {
        number += count;
        return `${device},${number},${up ? 'up' : 'down'},${micro(g)}`;
      }),
    ];
  });
  return `device,pulse,polarity,conductance (uS)\n${rows.join('\n')}\n`;
}
