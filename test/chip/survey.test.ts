/** A survey finds the devices that programming the same chip finds. */
import { expect, test } from 'vitest';
import { programChip } from '../../src/chip/execute.ts';
import { surveyChip } from '../../src/chip/survey.ts';
import { openWriteVerifyDraws, stepGainOf } from '../../src/device/write-verify.ts';
import type { Target, WriteVerifyProgramming } from '../../src/target.ts';
import { exactTarget, headerOf, loaded, options, programAll, writeVerifyTarget } from './bench.ts';

const law = writeVerifyTarget.programming as WriteVerifyProgramming;
const withDead = (unresponsive: number, changes: Partial<Target> = {}): Target => ({
  ...writeVerifyTarget,
  array: { rows: 64, columns: 60, arraysPerChip: 1 },
  programming: { ...law, unresponsive },
  ...changes,
});

test('the faulty cells are those that no pulse moves, stuck at what programming leaves there', async () => {
  const target = withDead(0.02);
  const law = target.programming as WriteVerifyProgramming;
  const seed = 11;
  const map = await surveyChip(loaded(target), { arrays: 3, seed });
  expect([map.rows, map.columns, map.arrays.length]).toEqual([64, 60, 3]);
  const programs = [0, 1, 2].map((array) => programAll(target, array, (row, column) => (row + column) % 64));
  const chip = await programChip(headerOf(target, 3), programs, loaded(target), { ...options, seed });
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
