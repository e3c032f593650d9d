/** Write loops of src/schemes, reading by reading. */
import type { LoopDevice } from '../../src/fit/loops/loops.ts';
import { openStream } from '../../src/math/random.ts';
import { newOutcome } from '../../src/schemes/scheme.ts';
import type { WriteVerifyProgramming } from '../../src/schemes/write-verify/parameters.ts';
import { openWriteVerifyDraws, writeVerify } from '../../src/schemes/write-verify/write-verify.ts';

export const loopLaw = {
  tolerance: 2e-6,
  maxPulses: 40,
  stepGain: 0.35,
  minStep: 2.4e-6,
  cycleToCycle: 0.25,
  deviceToDevice: 0.15,
  readNoise: 0.4e-6,
  unresponsive: 0.04,
} as WriteVerifyProgramming;
const window = { gMin: 0, gMax: 200e-6 };
const targets = [30e-6, 120e-6, 60e-6];

/**
 * Loops of the scheme itself: what the loop read is its conductance before the noise that it drew, so that a loop of one pulse more
 * shows what the one before had led to.
 */
export function drawLoops(seed: number, devices: number): LoopDevice[] {
  const draws = openWriteVerifyDraws(seed, 0);
  const noise = openStream(seed, 'read-noise', 0);
  const outcome = newOutcome();
  return Array.from({ length: devices }, (_, cell) => {
    let from = 5e-6;
    const loops = targets.map((level, k) => {
      const event = cell * targets.length + k;
      const write = { cell, event, from, level, tolerance: loopLaw.tolerance, stuck: undefined };
      const readings: number[] = [];
      noise.seek(event);
      for (let pulses = 0; ; pulses++) {
        writeVerify({ ...loopLaw, maxPulses: pulses }, window, draws, write, outcome);
        noise.seek(event);
        for (let i = 0; i < pulses; i++) noise.normal();
        readings.push(1e6 * (outcome.conductance + loopLaw.readNoise * noise.normal()));
        if (outcome.accepted || pulses === loopLaw.maxPulses) break;
      }
      from = outcome.conductance;
      return { target: 1e6 * level, readings };
    });
    return { device: `d${cell}`, loops };
  });
}

export const loopsCsv = (devices: readonly LoopDevice[]) =>
  `device,target (uS),pulse,conductance (uS)\n${devices
    .flatMap(({ device, loops }) =>
      loops.flatMap(({ target, readings }) =>
        readings.map((g, pulse) => `${device},${target},${pulse},${g.toFixed(5)}`),
      ),
    )
    .join('\n')}\n`;
