/** Pulses to some cells move the others of their rows and columns, by how many they are. */

import { describe, expect, test } from 'vitest';
import { executeBitstream } from '../../src/chip/execute.ts';
import { halfSelected } from '../../src/conditions/half-select/cells.ts';
import type { HalfSelect } from '../../src/conditions/half-select/model.ts';
import type { Instruction } from '../../src/ir/schedule.ts';
import type { ProgrammingOf } from '../../src/schemes/models.ts';
import { effectsOf } from '../../src/target/effects.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { Target } from '../../src/target/target.ts';
import { momentsOf } from '../statistics.ts';
import { exactTarget, formAll, headerOf, loaded, options, programAll, writeVerifyTarget } from './bench.ts';

/** Ten pulses per cell, and no error. */
const tenPulses: ProgrammingOf<'error-law'> = {
  ...(writeVerifyTarget.programming as ProgrammingOf<'write-verify'>),
  scheme: 'error-law',
  distribution: 'normal',
  sigma: [0],
  validFrom: 0,
  validTo: 1,
  pulses: 10,
  resetSpread: 0,
};
const targetOf = (size: number, disturb?: HalfSelect): Target => ({
  ...writeVerifyTarget,
  array: { rows: size, columns: size, arraysPerChip: 1 },
  programming: tenPulses,
  ...(disturb && { disturb }),
});
const run = async (target: Target, instructions: readonly Instruction[], seed = 1) => {
  const program = { array: 0, instructions: [...instructions] };
  const chip = await executeBitstream(headerOf(target, 1), [program], loaded(target), { ...options, seed });
  return chip.conductances[0]!;
};
const even: HalfSelect = { disturbDrift: -0.01, spread: 0, pulses: 1000 };
const whole = (target: Target) => programAll(target, 0, () => 40).instructions;

describe('half-select pulses', () => {
  test('are those to the cells of the same row and column that come later', async () => {
    const plain = await run(targetOf(3), whole(targetOf(3)));
    const moved = await run(targetOf(3, even), whole(targetOf(3, even)));
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 3; column++) {
        const cell = 3 * row + column;
        // Programmed row by row: the rest of the row, then the same column of the rows below.
        const pulses = 10 * (2 - column) + 10 * (2 - row);
        expect(moved[cell]! / plain[cell]!).toBeCloseTo(1 - (0.01 * pulses) / 1000, 6);
      }
    }
  });

  test('a RESET of a whole row is one pulse on it and on each column', async () => {
    const target = targetOf(4, even);
    const found = await run(target, formAll(target));
    const { gMin } = target.cell;
    for (let cell = 0; cell < 16; cell++) {
      // Rows are RESET from the first on, all cells of one at once.
      const pulses = 3 - Math.floor(cell / 4);
      expect(found[cell]! / gMin).toBeCloseTo(1 - (0.01 * pulses) / 1000, 6);
    }
  });

  test('leave unformed and stuck cells alone', async () => {
    const faults = { stuckLow: 0.2, stuckHigh: 0.2, endurance: 1e9, spent: 0 };
    const target = { ...targetOf(16, { ...even, disturbDrift: -0.5 }), faults };
    const still = { ...targetOf(16), faults };
    const first = (of: Target): Instruction[] =>
      whole(of).filter((instruction) => !('row' in instruction) || instruction.row > 0);
    const [moved, plain] = [await run(target, first(target)), await run(still, first(still))];
    let stuck = 0;
    for (let cell = 0; cell < 256; cell++) {
      const ended =
        plain[cell] === Math.fround(target.cell.gMin) || plain[cell] === Math.fround(target.cell.gMax);
      if (cell < 16 || ended) expect(moved[cell]).toBe(plain[cell]);
      else if (cell < 255) expect(moved[cell]).toBeLessThan(plain[cell]!);
      if (cell >= 16 && ended) stuck++;
    }
    expect(stuck).toBeGreaterThan(60);
  });

  test('spread from cell to cell as the law says, each cell by its own draw', async () => {
    const law: HalfSelect = { disturbDrift: 0.002, spread: 0.025, pulses: 1e5 };
    const [still, target] = [targetOf(320), targetOf(320, law)];
    const [plain, moved] = [await run(still, whole(still)), await run(target, whole(target))];
    const xi: number[] = [];
    for (let cell = 0; cell < moved.length; cell++) {
      const [row, column] = [Math.floor(cell / 320), cell % 320];
      const pulses = 10 * (319 - column) + 10 * (319 - row);
      if (pulses < 500) continue;
      xi.push(((moved[cell]! / plain[cell]! - 1) * 1e5) / pulses);
    }
    const { mean, sigma, count } = momentsOf(xi);
    expect(count).toBeGreaterThan(100_000);
    expect(Math.abs(mean - 0.002)).toBeLessThan((4 * 0.025) / Math.sqrt(count));
    expect(Math.abs(sigma / 0.025 - 1)).toBeLessThan(0.01);
    expect(await run(target, whole(target))).toEqual(moved);
    expect(await run(target, whole(target), 2)).not.toEqual(moved);
  });

  test('a drift of nothing changes nothing', async () => {
    const none = targetOf(8, { disturbDrift: 0, spread: 0, pulses: 1 });
    expect(await run(none, whole(none))).toEqual(await run(targetOf(8), whole(targetOf(8))));
    expect(halfSelected({ disturbDrift: -1, spread: 0, pulses: 1 }, 1e-6, 5, 0)).toBe(0);
  });
});

test('the section is listed, and off in all bundled targets', async () => {
  const effect = (target: Target) =>
    effectsOf(target, true).find(({ name }) => name === 'half-select disturb')!;
  expect(effect(targetOf(3, even))).toMatchObject({
    applied: true,
    parameters: { 'disturb.disturbDrift': '-1 %', 'disturb.spread': '0 %', 'disturb.pulses': '1000' },
  });
  for (const name of ['cmo-hfox-130nm', 'tetramem-256', 'leti-fecap-130nm', 'ideal'])
    expect(effect((await loadTarget(name)).target)).toMatchObject({ applied: false, parameters: {} });
  expect(effect(exactTarget).applied).toBe(false);
});
