/** Readings with white and 1/f noise of src/conditions. */
import { flickerFactor } from '../../src/conditions/flicker/cells.ts';
import { chainOf, fluctuators } from '../../src/conditions/fluctuator.ts';
import type { Trace } from '../../src/fit/traces/traces.ts';
import { openStream } from '../../src/math/random.ts';
import { meanOf } from '../../src/math/statistics.ts';

const [interval, length] = [1e-3, 64];
export const flicker = { amplitude: 0.02, shortest: interval, longest: (interval * length) / 4 };
export const sigma = [0.2, 0.004];

/** Every reading of a fluctuator depends on the one before: a trace of one reading more goes on where the last ended. */
export function drawTraces(seed: number, devices: number, amplitude: number): Trace[] {
  const states = openStream(seed, 'flicker', 0);
  const noise = openStream(seed, 'test', 0);
  const chains = Array.from({ length }, (_, last) => {
    const times = Array.from({ length: last + 1 }, (_, i) => i * interval);
    return fluctuators(flicker).map((dwell) => chainOf(dwell, times));
  });
  return Array.from({ length: devices }, (_, d) => {
    const g = 20 + (80 * d) / (devices - 1);
    noise.seek(d);
    const readings = chains.map(
      (own) =>
        g * flickerFactor({ ...flicker, amplitude }, own, states, d) +
        (sigma[0]! + sigma[1]! * g) * noise.normal(),
    );
    return { device: `d${d}`, interval, readings, mean: meanOf(readings) };
  });
}

export const tracesCsv = (traces: readonly Trace[]) =>
  `device,reading,time (ms),conductance (uS)\n${traces
    .flatMap(({ device, readings }) => readings.map((g, i) => `${device},${i},${i},${g.toFixed(6)}`))
    .join('\n')}\n`;
