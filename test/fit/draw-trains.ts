/** Trains of pulses drawn from a step law of src/schemes, with noise of readings. */

import type { Train } from '../../src/fit/pulses/trains.ts';
import { openStream } from '../../src/math/random.ts';
import { drawDevice, newDevice, openDeviceDraws } from '../../src/schemes/pulse-verify/steps/device.ts';
import type { PulseLaw } from '../../src/schemes/pulse-verify/steps/law.ts';
import { conductanceOf, pulsed, stateOf } from '../../src/schemes/pulse-verify/steps/step.ts';

export interface Bench {
  readonly window: { readonly gMin: number; readonly gMax: number };
  readonly devices: number;
  /** Pulses of every run, up first. */
  readonly runs: readonly number[];
  /** S. */
  readonly readNoise: number;
}

export function drawTrains(law: PulseLaw, bench: Bench, seed: number): Train[] {
  const { window, devices, runs, readNoise } = bench;
  const draws = openDeviceDraws(seed, 0);
  const cycle = openStream(seed, 'cycle-to-cycle', 0);
  const reading = openStream(seed, 'read-noise', 0);
  const device = newDevice();
  return Array.from({ length: devices }, (_, d) => {
    drawDevice(law, draws, d, device);
    cycle.seek(d);
    reading.seek(d);
    let w = Math.max(device.lower, stateOf(law, window, window.gMin));
    const read = () => conductanceOf(law, window, w) + readNoise * reading.normal();
    const start = read();
    const pulses = runs.flatMap((many, run) =>
      Array.from({ length: many }, () => {
        const up = run % 2 === 0;
        w = pulsed(law, window, device, w, up, 1, cycle.normal());
        return { up, count: 1, g: read() };
      }),
    );
    return { device: `d${d}`, start, pulses };
  });
}
