/** States of the slow part of 1/f noise, against the law's covariance in closed form. */
import { describe, expect, test } from 'vitest';
import type { Chip } from '../../src/chip/chip.ts';
import { averaged, readArrays } from '../../src/chip/read.ts';
import type { ReadConditions } from '../../src/chip/read-conditions.ts';
import { densities } from '../../src/conditions/cells.ts';
import { covarianceOf } from '../../src/math/one-over-f.ts';
import type { Target } from '../../src/target/target.ts';
import { cmoNoise, ohmWires, pcmNoise } from '../support/reading-laws.ts';
import { headerOf, writeVerifyTarget } from './bench.ts';

const [rows, columns] = [256, 256];
const cells = rows * columns;
const g = Math.fround(50e-6);
const target: Target = {
  ...writeVerifyTarget,
  array: { rows, columns, arraysPerChip: 4 },
  logNoise: cmoNoise,
};
const density = densities(target)[0]!(g, g);

function chipOf(calibratedAt?: number): Chip {
  return {
    header: headerOf(target, 1),
    seed: 1,
    bitstream: '',
    conductances: [new Float32Array(cells).fill(g)],
    hidden: [],
    drivers: [],
    converters: new Map(),
    counters: [],
    failed: [],
    wear: { memristor: 0, fecap: 0 },
    ...(calibratedAt !== undefined && {
      calibration: {
        at: calibratedAt,
        wires: false,
        correction: 'columns',
        sequential: false,
        columns: new Map(),
      },
    }),
  };
}

/** What the cells are off by, in standard deviations of a factor e of time scales. */
async function stateOf(chip: Chip, conditions: Partial<ReadConditions>, of = target): Promise<Float64Array> {
  const read = await readArrays(chip, of, { wires: false, ...conditions });
  return Float64Array.from(read.conductances[0]!, (seen) => (seen - g) / Math.sqrt(density));
}

const covariance = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0) / cells;

describe('the slow part of 1/f noise', () => {
  const image = 0.035;
  const at = 1;
  const whole = Math.log((at + cmoNoise.readTime) / 2 / image);

  test('has the variance of the scales between an image and the time since programming', async () => {
    const state = await stateOf(chipOf(), { at, image });
    expect(Math.abs(covariance(state, state) / whole - 1)).toBeLessThan(4 * Math.sqrt(2 / cells));
    expect(await stateOf(chipOf(), { at, image: 100 })).toEqual(new Float64Array(cells));
    expect(await stateOf(chipOf(), { at: 0, image })).toEqual(new Float64Array(cells));
    expect(await stateOf(chipOf(), { at, image, noise: false })).toEqual(new Float64Array(cells));
  });

  test('moves on from state to state as the law does', async () => {
    const interval = 0.4;
    const states = await Promise.all(
      [0, 1, 4].map((batch) => stateOf(chipOf(), { at, image, batch, interval })),
    );
    const times = [0, 1, 4].map((batch) => at + (batch + 0.5) * interval);
    for (const [i, a] of states.entries())
      for (const [j, b] of states.entries()) {
        const early = Math.min(times[i]!, times[j]!);
        const band = { from: image, to: (early + cmoNoise.readTime) / 2 };
        const wanted = covarianceOf(band, Math.abs(times[i]! - times[j]!));
        // A product of two normals has at most the variance of the square of one.
        expect(Math.abs(covariance(a, b) - wanted)).toBeLessThan(4 * 2 * whole * Math.sqrt(2 / cells));
      }
  });

  test('is what a calibration at that time has seen', async () => {
    const seen = await stateOf(chipOf(), { at, image });
    expect(await stateOf(chipOf(at), { at, image })).toEqual(seen);
    // A while later it has kept what is slower than that while, and only that.
    const later = await stateOf(chipOf(at), { at: 1.5, image });
    const wanted = covarianceOf({ from: image, to: (at + cmoNoise.readTime) / 2 }, 0.5);
    expect(Math.abs(covariance(seen, later) - wanted)).toBeLessThan(4 * 2 * whole * Math.sqrt(2 / cells));
    const day = await stateOf(chipOf(at), { at: 86_400, image });
    expect(Math.abs(covariance(seen, day))).toBeLessThan(8 * whole * Math.sqrt(2 / cells));
  });

  test('leaves the rest to readings, of which many average it out', async () => {
    const read = await readArrays(chipOf(), target, { at, image });
    expect(read.accumulated).toMatchObject({ image, conversion: target.adc.time });
    expect(averaged(read).accumulated).toBeUndefined();
    expect(averaged(read).conductances).toBe(read.conductances);
  });

  test('is drawn by law: one that is switched off reshuffles nothing', async () => {
    const both = { ...target, powerNoise: pcmNoise };
    const only: Target = { ...both };
    Reflect.deleteProperty(only, 'logNoise');
    const [log, power, sum] = [
      await stateOf(chipOf(), { at, image }),
      await stateOf(chipOf(), { at, image }, only),
      await stateOf(chipOf(), { at, image }, both),
    ];
    for (let cell = 0; cell < 1000; cell++) expect(sum[cell]).toBeCloseTo(log[cell]! + power[cell]!, 2);
  });

  test('reaches the converters through the wires as weakened as the currents', async () => {
    const small = {
      ...chipOf(),
      header: headerOf({ ...target, array: { rows: 8, columns: 8, arraysPerChip: 1 } }, 1),
    };
    const chip = { ...small, conductances: [new Float32Array(64).fill(g)] };
    const wired = { ...target, wires: { ...ohmWires, driver: 500, sense: 500 } };
    const conditions = { at, image };
    const [noisy, quiet] = await Promise.all(
      [true, false].map((noise) => readArrays(chip, wired, { ...conditions, noise })),
    );
    const plain = await readArrays(chip, wired, { ...conditions, wires: false });
    for (let cell = 0; cell < 64; cell++) {
      const through = quiet!.conductances[0]![cell]! / g;
      const off = plain.conductances[0]![cell]! - g;
      expect((noisy!.conductances[0]![cell]! - quiet!.conductances[0]![cell]!) / off).toBeCloseTo(through, 2);
    }
  });

  test('wires are solved once, whatever is asked about the cells alone in between', async () => {
    const shape = { ...target, array: { rows: 8, columns: 8, arraysPerChip: 1 } };
    const chip = { ...chipOf(), header: headerOf(shape, 1), conductances: [new Float32Array(64).fill(g)] };
    const wired = { ...target, wires: ohmWires };
    const solved = async () =>
      (await readArrays(chip, wired, { at, image })).accumulated!.laws[0]!.densities[0];
    const first = await solved();
    await readArrays(chip, wired, { at, wires: false, noise: false });
    expect(await solved()).toBe(first);
  });
});
