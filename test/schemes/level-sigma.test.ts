/** The expected spread of cells is what programming them leaves. */

import { describe, expect, test } from 'vitest';
import { executeBitstream } from '../../src/chip/execute.ts';
import { levelSigma, levelSpread, unusedSigma } from '../../src/schemes/level-sigma.ts';
import { type ProgrammingOf, schemeOf } from '../../src/schemes/models.ts';
import { levelConductance } from '../../src/target/cell.ts';
import type { Faults } from '../../src/target/faults.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { Target } from '../../src/target/target.ts';
import {
  exactTarget,
  formAll,
  headerOf,
  loaded,
  options,
  programAll,
  transferAll,
  transferTarget,
  writeVerifyTarget,
} from '../chip/bench.ts';
import { momentsOf } from '../statistics.ts';

const large = { array: { rows: 256, columns: 256, arraysPerChip: 2 } };
const writeVerify = writeVerifyTarget.programming as ProgrammingOf<'write-verify'>;
const joshi: ProgrammingOf<'error-law'> = {
  ...writeVerify,
  scheme: 'error-law',
  distribution: 'normal',
  sigma: [0.28639e-6, 0.07586, -0.0017877e6],
  validFrom: 0,
  validTo: 25e-6,
  pulses: 10,
};
const phaseChange: Target = {
  ...writeVerifyTarget,
  cell: { ...writeVerifyTarget.cell, levels: 128, gMin: 0, gMax: 30e-6, gUseMin: 0, gUseMax: 25e-6 },
  programming: joshi,
};
const pulsed: Target = { ...(await loadTarget('test/support/pulse-verify.yaml')).target, ...large };

/** 131,072 cells at one level. */
async function cellsAt(target: Target, code: number): Promise<Float64Array> {
  const programs = [0, 1].map((array) => programAll(target, array, () => code));
  const chip = await executeBitstream(headerOf(target, 2), programs, loaded(target), { ...options, seed: 3 });
  return Float64Array.from(chip.conductances.flatMap((array) => [...array]));
}

/** Asserts the ratio of the expected to the measured spread. */
async function compare(target: Target, code: number, within: number): Promise<void> {
  const expected = levelSigma(target, levelConductance(target.cell, code));
  expect(Math.abs(expected / momentsOf(await cellsAt(target, code)).sigma - 1)).toBeLessThan(within);
}

// The standard deviation of n draws is off by 1 / sqrt(2 n) for normal ones: 0.2 % here, of which four are allowed.
describe('error laws', () => {
  test.each(['normal', 'log-normal', 'uniform'] as const)('%s', async (distribution) => {
    for (const code of [40, 90, 127])
      await compare({ ...phaseChange, programming: { ...joshi, distribution } }, code, 0.01);
  });

  test('cut off at the end of the window', async () => {
    for (const code of [0, 1, 2]) await compare(phaseChange, code, 0.01);
    // Half of a normal: sqrt(1/2 - 1/(2 pi)) of its standard deviation.
    expect(levelSigma(phaseChange, 0) / 0.28639e-6).toBeCloseTo(Math.sqrt(0.5 - 0.5 / Math.PI), 4);
  });

  test('with cells that no pulse moves, and stuck ones', async () => {
    const faults: Faults = { stuckLow: 0.01, stuckHigh: 0.02, endurance: 1e9, spent: 0 };
    const target = { ...phaseChange, programming: { ...joshi, unresponsive: 0.01 }, faults };
    for (const code of [0, 60, 127]) await compare(target, code, 0.03);
  });
});

test('write-verify: cells come from below, and stop in the lower part of the tolerance', async () => {
  const { tolerance } = writeVerify;
  for (const code of [1, 5, 20, 50, 63]) {
    const level = levelConductance(writeVerifyTarget.cell, code);
    const { mean, sigma } = momentsOf(await cellsAt(writeVerifyTarget, code));
    const expected = levelSpread(writeVerifyTarget, level);
    expect(Math.abs(expected.mean - mean) / tolerance).toBeLessThan(0.05);
    expect(schemeOf(writeVerifyTarget).mean!(level)).toBe(expected.mean);
    expect(Math.abs(Math.sqrt(expected.variance) / sigma - 1)).toBeLessThan(0.08);
    if (code >= 5) expect(mean).toBeLessThan(level - 0.1 * tolerance);
  }
  const dead = { ...writeVerifyTarget, programming: { ...writeVerify, unresponsive: 0.01 } };
  await compare(dead, 50, 0.05);
});

test('write-verify: steps that end where they aim leave no mean error', () => {
  // One pulse takes a cell to where it is read to be, so it ends off by the noise of a reading, which it is accepted with or not.
  const law = { ...writeVerify, stepGain: 1, minStep: 0, cycleToCycle: 0, deviceToDevice: 0 };
  const target = { ...writeVerifyTarget, programming: { ...law, tolerance: 20 * law.readNoise } };
  const level = levelConductance(target.cell, 40);
  const { mean, variance } = levelSpread(target, level);
  expect(Math.abs(mean - level) / law.readNoise).toBeLessThan(0.1);
  expect(Math.sqrt(variance) / law.readNoise).toBeCloseTo(1, 1);
});

test('pulse by pulse: the same, and cells that are given up besides', async () => {
  const { programming } = pulsed;
  if (programming.scheme !== 'pulse-verify') throw new Error('another scheme');
  const target: Target = { ...pulsed, programming: { ...programming, unresponsive: 0, slow: 0 } };
  await compare(target, 8, 0.15);
});

test('transfers', async () => {
  const target: Target = { ...transferTarget, hidden: { ...transferTarget.hidden!, windowSpread: 0 } };
  for (const digit of [0, 1, 5, 7]) {
    const values: number[] = [];
    for (let seed = 0; seed < 100; seed++) {
      const program = transferAll(target, 0, () => 64 * digit + (digit === 0 ? 0 : 32));
      const chip = await executeBitstream(headerOf(target, 1), [program], loaded(target), {
        ...options,
        seed,
      });
      chip.conductances[0]!.forEach((g, cell) => {
        if (cell % 2 === 0) values.push(g);
      });
    }
    const expected = levelSigma(target, levelConductance(target.cell, digit));
    // Spreads of lines and sense amplifiers are shared by the cells of a row; digit 7 is cut off at gMax.
    expect(Math.abs(expected / momentsOf(values).sigma - 1)).toBeLessThan(0.08);
  }
});

test('exact cells have none, and unused ones that of RESET', async () => {
  expect(levelSigma(exactTarget, 5)).toBe(0);
  expect(unusedSigma(exactTarget)).toBe(0);
  expect(unusedSigma(phaseChange)).toBe(0);
  const reset: Target = { ...phaseChange, cell: { ...phaseChange.cell, unused: 'reset' } };
  const programs = [0, 1].map((array) => ({ array, instructions: formAll(reset) }));
  const chip = await executeBitstream(headerOf(reset, 2), programs, loaded(reset), { ...options, seed: 3 });
  const left = momentsOf(Float64Array.from(chip.conductances.flatMap((array) => [...array]))).sigma;
  expect(Math.abs(unusedSigma(reset) / left - 1)).toBeLessThan(0.01);
});
