/** A survey finds the devices that programming the same chip finds. */

import { expect, test } from 'vitest';
import { executeBitstream } from '../../src/chip/execute.ts';
import { surveyChip } from '../../src/chip/survey.ts';
import { surveyArray } from '../../src/chip/survey-array.ts';
import { openStream } from '../../src/math/random.ts';
import type { ProgrammingOf } from '../../src/schemes/models.ts';
import { openWriteVerifyDraws, stepGainOf } from '../../src/schemes/write-verify/write-verify.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { Target } from '../../src/target/target.ts';
import { exactTarget, headerOf, loaded, options, programAll, writeVerifyTarget } from './bench.ts';

const law = writeVerifyTarget.programming as ProgrammingOf<'write-verify'>;
const withDead = (unresponsive: number, changes: Partial<Target> = {}): Target => ({
  ...writeVerifyTarget,
  array: { rows: 64, columns: 60, arraysPerChip: 1 },
  programming: { ...law, unresponsive },
  ...changes,
});

test('the faulty cells are those that no pulse moves, stuck at what programming leaves there', async () => {
  const target = withDead(0.02);
  const law = target.programming as ProgrammingOf<'write-verify'>;
  const seed = 11;
  const map = await surveyChip(loaded(target), { arrays: 3, seed });
  expect([map.rows, map.columns, map.arrays.length]).toEqual([64, 60, 3]);
  const programs = [0, 1, 2].map((array) => programAll(target, array, (row, column) => (row + column) % 64));
  const chip = await executeBitstream(headerOf(target, 3), programs, loaded(target), { ...options, seed });
  for (const [array, faults] of map.arrays.entries()) {
    const draws = openWriteVerifyDraws(seed, array);
    const dead = Array.from({ length: 64 * 60 }, (_, cell) => cell).filter(
      (cell) => stepGainOf(law, draws, cell) === 0,
    );
    expect(dead.length).toBeGreaterThan(40);
    expect(faults.map(({ row, column }) => row * 60 + column)).toEqual(dead);
    for (const { row, column, conductance } of faults) {
      const left = chip.conductances[array]![row * 60 + column]!;
      // The mean of 32 readings with a noise of 2 uS.
      expect(Math.abs(conductance - left)).toBeLessThan((6 * 2e-6) / Math.sqrt(32));
    }
  }
});

test('a part of a chip has the same faults as the whole, and another seed has others', async () => {
  const target = withDead(0.01);
  const survey = (arrays: number, seed: number) => surveyChip(loaded(target), { arrays, seed });
  const whole = await survey(3, 5);
  expect((await survey(2, 5)).arrays).toEqual(whole.arrays.slice(0, 2));
  expect((await survey(3, 6)).arrays).not.toEqual(whole.arrays);
});

test('stuck cells are found at their ends of the window', async () => {
  const faults = { stuckLow: 0.01, stuckHigh: 0.02, endurance: 1e9, spent: 0 };
  for (const base of [withDead(0), { ...exactTarget, array: { rows: 64, columns: 60, arraysPerChip: 1 } }]) {
    const target: Target = { ...base, faults };
    const { arrays } = await surveyChip(loaded(target), { arrays: 1, seed: 2 });
    const { gMin, gMax } = target.cell;
    const high = arrays[0]!.filter(({ conductance }) => conductance > (gMin + gMax) / 2);
    expect(high.length).toBeGreaterThan(40);
    expect(arrays[0]!.length - high.length).toBeGreaterThan(15);
    for (const { conductance } of high) expect(Math.abs(conductance / gMax - 1)).toBeLessThan(0.01);
  }
});

test('exact cells without stuck ones have no faults', async () => {
  const map = await surveyChip(loaded(exactTarget), { arrays: 2, seed: 1 });
  expect(map.arrays).toEqual([[], []]);
});

test('a few strong pulses find what the full write loop finds', () => {
  const faults = { stuckLow: 0.01, stuckHigh: 0.01, endurance: 1e9, spent: 0 };
  // Steps from cell to cell so different that some are slow, and few pulses settle nothing.
  const programming = { ...law, unresponsive: 0.01, deviceToDevice: 0.35 };
  const context = { target: withDead(0, { programming, faults }), seed: 4, arrays: 3 };
  for (const array of [0, 1, 2]) {
    const quick = surveyArray(context, array);
    const slow = surveyArray(context, array, false);
    const places = (found: typeof slow) => found.map(({ row, column }) => [row, column]);
    expect(places(quick)).toEqual(places(slow));
    expect(quick.length).toBeGreaterThan(80);
    // Dead cells within the noise of the readings; cells that hardly move have moved a little further.
    for (const [i, { conductance }] of quick.entries())
      expect(Math.abs(conductance - slow[i]!.conductance)).toBeLessThan(100e-6);
  }
});

test('cells under an error law are dead or sound, whatever their sigma', async () => {
  const { target } = await loadTarget('pcm-256', ['programming.unresponsive=0.01']);
  const small: Target = { ...target, array: { ...target.array, rows: 64, columns: 64 } };
  const map = await surveyChip(loaded(small), { arrays: 2, seed: 9 });
  for (const [array, faults] of map.arrays.entries()) {
    const draws = openStream(9, 'unresponsive', array);
    const dead = Array.from({ length: 64 * 64 }, (_, cell) => cell).filter((cell) => {
      draws.seek(cell);
      return draws.uniform() < 0.01;
    });
    expect(dead.length).toBeGreaterThan(20);
    expect(faults.map(({ row, column }) => 64 * row + column)).toEqual(dead);
  }
});

test('cells that are pulsed one by one are tested within the tolerance of their own loop', async () => {
  const { target } = await loadTarget('test/support/pulse-verify.yaml');
  const map = await surveyChip(loaded(target), { arrays: 1, seed: 9 });
  const draws = openStream(9, 'unresponsive', 0);
  const { rows, columns } = target.array;
  const dead = Array.from({ length: rows * columns }, (_, cell) => cell).filter((cell) => {
    draws.seek(cell);
    return draws.uniform() < 0.01;
  });
  const found = map.arrays[0]!.map(({ row, column }) => row * columns + column);
  expect(dead.length).toBeGreaterThan(20);
  expect(found).toEqual(expect.arrayContaining(dead));
  // Slow cells that the loop gives up within half of the window are faulty too: at most all that are slow, 2 %.
  expect(found.length - dead.length).toBeLessThan(0.03 * rows * columns);
});
