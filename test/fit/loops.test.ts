/** The write loop is found in loops that it ran itself, within standard errors that are right. */
import { describe, expect, test } from 'vitest';
import { chooseLaw } from '../../src/fit/choose-law.ts';
import { forms } from '../../src/fit/laws.ts';
import type { LoopDevice } from '../../src/fit/loops/loops.ts';
import { writeLoops } from '../../src/fit/loops/write-loop.ts';
import { measurementsOf } from '../../src/fit/measurements.ts';
import { openStream } from '../../src/math/random.ts';
import { newOutcome } from '../../src/schemes/scheme.ts';
import type { WriteVerifyProgramming } from '../../src/schemes/write-verify/parameters.ts';
import {
  openWriteVerifyDraws,
  stepGainOf,
  writeVerify,
} from '../../src/schemes/write-verify/write-verify.ts';
import { deviationsOf, expectRightErrors } from './standard-errors.ts';

const law = {
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
function drawLoops(seed: number, devices: number): LoopDevice[] {
  const draws = openWriteVerifyDraws(seed, 0);
  const noise = openStream(seed, 'read-noise', 0);
  const outcome = newOutcome();
  return Array.from({ length: devices }, (_, cell) => {
    let from = 5e-6;
    const loops = targets.map((level, k) => {
      const event = cell * targets.length + k;
      const write = { cell, event, from, level, tolerance: law.tolerance, stuck: undefined };
      const readings: number[] = [];
      noise.seek(event);
      for (let pulses = 0; ; pulses++) {
        writeVerify({ ...law, maxPulses: pulses }, window, draws, write, outcome);
        noise.seek(event);
        for (let i = 0; i < pulses; i++) noise.normal();
        readings.push(1e6 * (outcome.conductance + law.readNoise * noise.normal()));
        if (outcome.accepted || pulses === law.maxPulses) break;
      }
      from = outcome.conductance;
      return { target: 1e6 * level, readings };
    });
    return { device: `d${cell}`, loops };
  });
}

const csvOf = (devices: readonly LoopDevice[]) =>
  `device,target (uS),pulse,conductance (uS)\n${devices
    .flatMap(({ device, loops }) =>
      loops.flatMap(({ target, readings }) =>
        readings.map((g, pulse) => `${device},${target},${pulse},${g.toFixed(5)}`),
      ),
    )
    .join('\n')}\n`;

const form = forms.find(({ name }) => name === 'loops')!;

describe('write loops', () => {
  test('give back their law, how they end, and devices that no pulse moves', () => {
    const devices = drawLoops(7, 60);
    const choice = chooseLaw(form, measurementsOf('loops.csv', csvOf(devices)), undefined);
    expect(choice).toMatchObject({ law: 'write-loop', variant: 'with a smallest step' });
    expect(choice.heldOut!.residual).toBeCloseTo(1, 0);
    const value = (name: string) =>
      choice.fit.fields.find(({ field }) => field === `programming.${name}`)!.value;
    expect(Number(value('tolerance'))).toBeLessThanOrEqual(law.tolerance);
    expect(Number(value('tolerance'))).toBeGreaterThan(0.9 * law.tolerance);
    expect(value('maxPulses')).toBe(law.maxPulses);
    const draws = openWriteVerifyDraws(7, 0);
    const seen = devices.filter((_, i) => i % 5 !== 4);
    const still = seen.filter(({ device }) => stepGainOf(law, draws, Number(device.slice(1))) === 0).length;
    expect(still).toBeGreaterThan(0);
    expect(value('unresponsive')).toBeCloseTo(still / seen.length, 9);
  });

  test('have standard errors that are right', { timeout: 120_000 }, () => {
    const fits = Array.from({ length: 40 }, (_, i) => {
      const fit = writeLoops[0]!.fit(drawLoops(401 + i, 25), []);
      if (typeof fit === 'string') throw new Error(fit);
      return fit.fields.filter(({ field }) => field !== 'programming.unresponsive');
    });
    const names = ['stepGain', 'minStep', 'cycleToCycle', 'deviceToDevice', 'readNoise'] as const;
    const truth = Object.fromEntries(names.map((name) => [`programming.${name}`, law[name]]));
    expectRightErrors(
      deviationsOf(
        fits,
        () => truth,
        () => true,
      ),
      Object.keys(truth),
      40,
    );
  });
});
