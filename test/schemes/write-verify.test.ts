import { describe, expect, test } from 'vitest';
import type { ProgrammingOf } from '../../src/schemes/models.ts';
import { newOutcome } from '../../src/schemes/scheme.ts';
import {
  openWriteVerifyDraws,
  stepGainOf,
  writeVerify,
} from '../../src/schemes/write-verify/write-verify.ts';
import { countTolerance, momentsOf, normalBelow, normalDensity } from '../statistics.ts';

const window = { gMin: 50e-6, gMax: 4144e-6 };
const cells = 100_000;

/** Every effect off: one pulse reaches the level. */
const plain: ProgrammingOf<'write-verify'> = {
  scheme: 'write-verify',
  tolerance: 1e-6,
  maxPulses: 50,
  stepGain: 1,
  minStep: 0,
  cycleToCycle: 0,
  deviceToDevice: 0,
  readNoise: 0,
  unresponsive: 0,
  resetSpread: 0,
  pulseTime: 1e-7,
  pulseEnergy: 1e-12,
  readTime: 1e-7,
  readEnergy: 1e-13,
  formTime: 1e-6,
  formEnergy: 1e-10,
};

const noisy: ProgrammingOf<'write-verify'> = {
  ...plain,
  tolerance: 10e-6,
  stepGain: 0.5,
  minStep: 5e-6,
  cycleToCycle: 0.3,
  deviceToDevice: 0.2,
  readNoise: 2e-6,
};

interface Result {
  readonly conductance: number;
  readonly pulses: number;
  readonly setPulses: number;
  readonly accepted: boolean;
}

/** Programs one cell of array 3 after another, in the given order; results by cell number. */
function programAll(
  law: ProgrammingOf<'write-verify'>,
  from: (cell: number) => number,
  level: (cell: number) => number,
  order: readonly number[] = Array.from({ length: cells }, (_, cell) => cell),
): Result[] {
  const draws = openWriteVerifyDraws(11, 3);
  const outcome = newOutcome();
  const results: Result[] = new Array(order.length);
  for (const cell of order) {
    const { tolerance } = law;
    const write = { cell, event: cell, from: from(cell), level: level(cell), tolerance, stuck: undefined };
    writeVerify(law, window, draws, write, outcome);
    const { conductance, setPulses, resetPulses, accepted } = outcome;
    results[cell] = { conductance, pulses: setPulses + resetPulses, setPulses, accepted };
  }
  return results;
}

function same(a: Result, b: Result): boolean {
  return a.conductance === b.conductance && a.pulses === b.pulses && a.setPulses === b.setPulses;
}

describe('the loop without spread', () => {
  test('one pulse reaches the level, and none is given to a cell that is there', () => {
    const [far, near] = programAll(
      plain,
      (cell) => (cell === 0 ? 100e-6 : 1999.5e-6),
      () => 2000e-6,
      [0, 1],
    );
    expect(far).toEqual({
      conductance: expect.closeTo(2000e-6, 12),
      pulses: 1,
      setPulses: 1,
      accepted: true,
    });
    expect(near).toEqual({ conductance: 1999.5e-6, pulses: 0, setPulses: 0, accepted: true });
  });

  test.each([
    [300e-6, 1000e-6],
    [1000e-6, 300e-6],
    [52e-6, 4000e-6],
  ])('constant steps from %d S to %d S are counted', (from, to) => {
    const step = 7e-6;
    const law = { ...plain, stepGain: 0, minStep: step, tolerance: 4e-6, maxPulses: 1000 };
    const [result] = programAll(
      law,
      () => from,
      () => to,
      [0],
    );
    const pulses = Math.ceil((Math.abs(to - from) - law.tolerance) / step);
    expect(result!.pulses).toBe(pulses);
    expect(result!.setPulses).toBe(to > from ? pulses : 0);
    expect(result!.conductance).toBeCloseTo(from + Math.sign(to - from) * pulses * step, 12);
  });

  test('a level beyond the window leaves the cell at its edge, given up after maxPulses', () => {
    const results = programAll(
      plain,
      () => 1000e-6,
      (cell) => (cell === 0 ? 5000e-6 : 0),
      [0, 1],
    );
    expect(results.map((r) => r.conductance)).toEqual([window.gMax, window.gMin]);
    expect(results.map((r) => [r.pulses, r.accepted])).toEqual([
      [50, false],
      [50, false],
    ]);
  });
});

describe('one effect at a time', () => {
  test('cycle-to-cycle spread: one-pulse cells have the normal law cut at the tolerance', () => {
    const distance = 1000e-6;
    const sigma = 0.1 * distance;
    const law = { ...plain, cycleToCycle: 0.1, tolerance: sigma };
    const results = programAll(
      law,
      () => 500e-6,
      () => 1500e-6,
    );
    const once = results.filter((r) => r.pulses === 1);
    const share = 2 * normalBelow(1) - 1;
    expect(Math.abs(once.length - cells * share)).toBeLessThan(countTolerance(cells, share));
    const error = momentsOf(once.map((r) => r.conductance - 1500e-6));
    const expected = sigma * Math.sqrt(1 - (2 * normalDensity(1)) / share);
    expect(Math.abs(error.mean)).toBeLessThan((4 * expected) / Math.sqrt(once.length));
    expect(error.sigma / expected).toBeCloseTo(1, 2);
    expect(Math.max(-error.min, error.max)).toBeLessThanOrEqual(law.tolerance);
  });

  test('reading noise: the true error is the accepted reading plus the noise of that reading', () => {
    // Where conductances start evenly spread around the level, cells that are accepted at once have an error
    // distributed as a uniform in +-tolerance plus a normal.
    const law = { ...plain, readNoise: 4e-6, tolerance: 5e-6 };
    const spread = 100e-6;
    const results = programAll(
      law,
      (cell) => 1000e-6 + spread * ((2 * (cell + 0.5)) / cells - 1),
      () => 1000e-6,
    );
    const atOnce = results.filter((r) => r.pulses === 0);
    const share = law.tolerance / spread;
    expect(Math.abs(atOnce.length - cells * share)).toBeLessThan(countTolerance(cells, share));
    const error = momentsOf(atOnce.map((r) => r.conductance - 1000e-6));
    const expected = Math.sqrt(law.tolerance ** 2 / 3 + law.readNoise ** 2);
    expect(Math.abs(error.mean)).toBeLessThan((4 * expected) / Math.sqrt(atOnce.length));
    expect(Math.abs(error.sigma / expected - 1)).toBeLessThan(4 / Math.sqrt(2 * atOnce.length));
    expect(error.max).toBeGreaterThan(law.tolerance);
  });

  test('device-to-device spread: the gain of a cell is normal and the same at every pulse', () => {
    const law = { ...plain, deviceToDevice: 0.2, maxPulses: 1 };
    const results = programAll(
      law,
      () => 500e-6,
      () => 1500e-6,
    );
    const gain = momentsOf(results.map((r) => (r.conductance - 500e-6) / 1000e-6));
    expect(Math.abs(gain.mean - 1)).toBeLessThan((4 * 0.2) / Math.sqrt(cells));
    expect(Math.abs(gain.sigma / 0.2 - 1)).toBeLessThan(4 / Math.sqrt(2 * cells));
    const draws = openWriteVerifyDraws(11, 3);
    const again = [5, 6, 5].map((cell) => stepGainOf(law, draws, cell));
    expect(again[2]).toBe(again[0]);
    expect(again[1]).not.toBe(again[0]);
  });

  test('unresponsive cells stay where they were and are given up', () => {
    const law = { ...noisy, unresponsive: 0.05 };
    const results = programAll(
      law,
      () => 500e-6,
      () => 1500e-6,
    );
    const draws = openWriteVerifyDraws(11, 3);
    const responds = results.map((_, cell) => stepGainOf(law, draws, cell) > 0);
    const stuck = results.filter((_, cell) => !responds[cell]);
    expect(Math.abs(stuck.length - cells * 0.05)).toBeLessThan(countTolerance(cells, 0.05));
    for (const r of stuck) expect([r.conductance, r.pulses, r.accepted]).toEqual([500e-6, 50, false]);
    // Switching the effect off leaves the other cells as they were.
    const without = programAll(
      noisy,
      () => 500e-6,
      () => 1500e-6,
    );
    expect(results.filter((r, cell) => responds[cell] && !same(r, without[cell]!))).toHaveLength(0);
  });
});

describe('all effects together', () => {
  const level = (cell: number): number => 50e-6 + 65e-6 * (cell % 64);
  const results = programAll(noisy, () => 55e-6, level);

  test('the final error stays within what the law allows', () => {
    const errors = results.flatMap((r, cell) => (r.accepted ? [r.conductance - level(cell)] : []));
    const error = momentsOf(errors);
    const readings = results.reduce((sum, r) => sum + r.pulses + 1, 0);
    // Only a cell whose pulses do next to nothing is given up: with a gain above 0.3, 50 pulses are enough for 4,095 uS.
    const draws = openWriteVerifyDraws(11, 3);
    results.forEach((r, cell) => {
      if (!r.accepted) expect(stepGainOf(noisy, draws, cell)).toBeLessThan(0.3);
    });
    expect(cells - errors.length).toBeLessThan(cells * 0.001);
    // An accepted reading is within tolerance, so an error beyond tolerance + d needs a noise draw beyond d.
    for (const k of [2, 3, 4]) {
      const beyond = errors.filter((e) => Math.abs(e) > noisy.tolerance + k * noisy.readNoise).length;
      const p = 2 * normalBelow(-k);
      expect(beyond, `${k} sigma`).toBeLessThan(readings * p + countTolerance(readings, p));
    }
    expect(Math.max(-error.min, error.max)).toBeLessThan(noisy.tolerance + 6 * noisy.readNoise);
    expect(Math.abs(error.mean)).toBeLessThan(noisy.tolerance);
    expect(error.sigma ** 2).toBeLessThan(noisy.tolerance ** 2 + noisy.readNoise ** 2);
  });

  test('the result does not depend on the order of the cells', () => {
    const order = Array.from({ length: cells }, (_, i) => (i * 7919) % cells);
    const shuffled = programAll(noisy, () => 55e-6, level, order);
    expect(shuffled.filter((r, cell) => !same(r, results[cell]!))).toHaveLength(0);
  });
});
