import { describe, expect, test } from 'vitest';
import {
  cmoConductance,
  cmoOperatingPoint,
  cmoPulse,
  cmoPulses,
  cmoStates,
} from '../../src/schemes/pulse-verify/cmo-hfox.ts';

const micro = 1e6;
const { set, reset, width } = cmoPulses;

/** Relative distance from a published value, which was printed with so many digits. */
function expectWithin(value: number, published: number, share: number): void {
  expect(Math.abs(value / published - 1), `${value} for ${published}`).toBeLessThan(share);
}

/** Concentrations after each of `count` pulses. */
function series(concentration: number, voltage: number, count: number): number[] {
  let c = concentration;
  return Array.from({ length: count }, () => {
    c = cmoPulse(c, voltage, width);
    return c;
  });
}

describe('the CMO/HfOx compact model', () => {
  test('reads the conductances of its three states', () => {
    expectWithin(cmoConductance(cmoStates.hrs) * micro, 26.5, 0.02);
    expectWithin(cmoConductance(cmoStates.symmetry) * micro, 55.0, 0.02);
    expectWithin(cmoConductance(cmoStates.lrs) * micro, 90.3, 0.02);
  });

  test.each([
    [1.35, 8.18, 893],
    [1.2, 0.844, 756],
    [1.1, 0.122, 679],
    [1.0, 1.17e-2, 607],
    [0.9, 6.8e-4, 538],
    [0.8, 2.2e-5, 473],
    [0.675, 1.4e-7, 402],
    [-1.3, -3.29, 817],
    [-1.2, -7.07e-1, 751],
    [-1.1, -0.102, 679],
    [-1.0, -9.7e-3, 607],
    [-0.9, -5.5e-4, 538],
    [-0.8, -1.7e-5, 473],
    [-0.65, -3.6e-8, 390],
  ])('one pulse of %d V', (voltage, change, temperature) => {
    const before = cmoStates.symmetry;
    const after = cmoPulse(before, voltage, width);
    // 2 %, or half of the last digit where it was published with two.
    const share = Math.max(
      0.02,
      Math.abs(change) < 1e-2 ? 0.05 / Number(change.toExponential().split('e')[0]!.replace('-', '')) : 0,
    );
    expectWithin((cmoConductance(after) - cmoConductance(before)) * micro, change, share);
    expectWithin(cmoOperatingPoint(voltage, after).temperature, temperature, 0.02);
  });

  test('40 pulses up, and 40 down from there', () => {
    const up = series(cmoStates.hrs, set, 40);
    const down = series(up[39]!, reset, 40);
    const published = [
      [up, [30.0, 34.7, 41.1, 49.1, 57.8, 65.5, 71.5, 76.0, 79.3, 81.7, 83.5, 85.0, 86.1], 93.0],
      [down, [87.2, 77.3, 68.4, 61.7, 56.8, 53.1, 50.2, 47.9, 46.0], 28.9],
    ] as const;
    for (const [found, first, last] of published) {
      for (const [i, g] of first.entries()) expectWithin(cmoConductance(found[i]!) * micro, g, 0.02);
      expectWithin(cmoConductance(found[39]!) * micro, last, 0.02);
    }
  });

  test('the steps of the integration are fine enough', () => {
    for (const voltage of [set, reset]) {
      for (const c of Object.values(cmoStates)) {
        const change = cmoPulse(c, voltage, width) - c;
        expectWithin(cmoPulse(c, voltage, width, 1024) - c, change, 1e-4);
      }
    }
  });
});
