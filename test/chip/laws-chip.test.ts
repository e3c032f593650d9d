import { describe, expect, test } from 'vitest';
import { totalCounts } from '../../src/chip/chip.ts';
import { executeBitstream } from '../../src/chip/execute.ts';
import { DiagnosticError, exitCodeOf } from '../../src/diagnostics/diagnostic.ts';
import type { ArrayProgram, Instruction } from '../../src/ir/schedule.ts';
import { sigmaAt } from '../../src/math/polynomial.ts';
import { instructionTolerance, type ProgrammingOf } from '../../src/schemes/models.ts';
import { levelConductance } from '../../src/target/cell.ts';
import type { Faults } from '../../src/target/faults.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { Target } from '../../src/target/target.ts';
import { countTolerance, momentsOf } from '../statistics.ts';
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
} from './bench.ts';

const errorLaw: ProgrammingOf<'error-law'> = {
  scheme: 'error-law',
  distribution: 'normal',
  sigma: [2e-6, 0.01],
  validFrom: 0,
  validTo: 1,
  pulses: 11,
  unresponsive: 0,
  resetSpread: 1e-6,
  pulseTime: 1e-6,
  pulseEnergy: 4e-10,
  readTime: 1e-6,
  readEnergy: 6e-11,
  formTime: 1e-4,
  formEnergy: 3e-8,
};
const lawTarget: Target = { ...writeVerifyTarget, programming: errorLaw };
const predictedTarget = (
  await loadTarget('tio2-feedforward', ['array.rows=32', 'driver.rowsAtOnce=32', 'array.columns=64'])
).target;
const pulsedTarget = (await loadTarget('test/support/pulse-verify.yaml')).target;

const codeOf = (target: Target) => (row: number, column: number) =>
  (row * 7 + column * 3) % target.cell.levels;
const programs = (target: Target, arrays: number): ArrayProgram[] =>
  Array.from({ length: arrays }, (_, array) => programAll(target, array, codeOf(target)));
const run = (target: Target, given: readonly ArrayProgram[], arrays = given.length, seed = 1) =>
  executeBitstream(headerOf(target, arrays), given, loaded(target), { ...options, seed });

describe('error law', () => {
  test('every level has its own sigma', async () => {
    const chip = await run(lawTarget, programs(lawTarget, 2));
    const { rows, columns } = lawTarget.array;
    const byCode = new Map<number, number[]>();
    for (const array of chip.conductances) {
      for (let i = 0; i < rows * columns; i++) {
        const code = codeOf(lawTarget)(Math.floor(i / columns), i % columns);
        byCode.set(code, [...(byCode.get(code) ?? []), array[i]!]);
      }
    }
    for (const code of [5, 30, 60]) {
      const level = levelConductance(lawTarget.cell, code);
      const sigma = sigmaAt(errorLaw.sigma, level);
      const found = momentsOf(byCode.get(code)!);
      expect(Math.abs(found.mean - level)).toBeLessThan((4 * sigma) / Math.sqrt(found.count));
      expect(Math.abs(found.sigma / sigma - 1)).toBeLessThan(4 / Math.sqrt(2 * found.count));
    }
  }, 60_000);

  test('pulses, readings, time, energy and wear are those of the mean number of pulses', async () => {
    const chip = await run(lawTarget, programs(lawTarget, 1));
    const cells = lawTarget.array.rows * lawTarget.array.columns;
    const counts = totalCounts(chip.counters);
    expect(counts.setPulses).toBe(11 * cells);
    expect(counts.resetPulses).toBe(cells);
    expect(counts.verifyReads).toBe(12 * cells);
    const energy = cells * (3e-8 + 4e-10 + 11 * 4e-10 + 12 * 6e-11);
    expect(counts.energy / energy).toBeCloseTo(1, 6);
    const time = 256 * (1e-4 + 1e-6) + cells * (11 + 12) * 1e-6;
    expect(counts.time / time).toBeCloseTo(1, 6);
    expect(chip.wear.memristor).toBe(12);
  });

  test('verify counts the cells that are nearer to another level', async () => {
    const small: Target = { ...lawTarget, array: { ...lawTarget.array, rows: 64 } };
    const [only] = programs(small, 1);
    const tolerance = instructionTolerance(small);
    const verify = Array.from({ length: 64 }, (_, row): Instruction => {
      return { op: 'verify', row, column: 0, count: 256, tolerance };
    });
    const chip = await run(small, [{ array: 0, instructions: [...only!.instructions, ...verify] }]);
    const missed = chip.conductances[0]!.reduce((count, g, i) => {
      const level = levelConductance(small.cell, codeOf(small)(Math.floor(i / 256), i % 256));
      return count + (Math.abs(g - level) > tolerance ? 1 : 0);
    }, 0);
    expect(missed).toBeGreaterThan(10);
    expect(totalCounts(chip.counters).verifyMisses).toBe(missed);
  });
});

describe('pulse-verify on a chip', () => {
  test('gives what the loop gives, counts its work, and waits together', async () => {
    const { faults: _, ...without } = pulsedTarget;
    const law = pulsedTarget.programming;
    if (law.scheme !== 'pulse-verify') throw new Error('pulse-verify expected');
    const chip = await run(without, programs(without, 1));
    const cells = 64 * 64;
    const counts = totalCounts(chip.counters);
    let far = 0;
    chip.conductances[0]!.forEach((g, i) => {
      const level = levelConductance(without.cell, codeOf(without)(Math.floor(i / 64), i % 64));
      if (Math.abs(g - level) > law.tolerance + 5 * law.readNoise) far++;
    });
    expect(far).toBeLessThanOrEqual(counts.cellsGivenUp);
    expect(counts.cellsGivenUp).toBeLessThan(0.05 * cells);
    expect(counts.cellsGivenUp).toBeGreaterThan(0);
    // All cells wait together, at most `rechecks` times.
    const active = counts.time - law.rechecks * law.relaxTime;
    expect(active).toBeGreaterThan(0);
    expect(active).toBeLessThan(0.5 * law.relaxTime);
  });
});

describe.each([
  ['error-law', lawTarget],
  ['pulse-verify', pulsedTarget],
  ['feedforward', predictedTarget],
])('%s: whole or in parts', (_, target) => {
  test('the same cells in any order of the arrays', async () => {
    const all = programs(target, 3);
    const whole = await run(target, all);
    const turned = await run(target, [all[2]!, all[0]!, all[1]!]);
    expect(turned.conductances).toEqual(whole.conductances);
    const alone = await run(target, [all[0]!]);
    expect(alone.conductances[0]).toEqual(whole.conductances[0]);
    const other = await run(target, [all[0]!], 1, 2);
    expect(other.conductances[0]).not.toEqual(whole.conductances[0]);
  }, 60_000);
});

describe('stuck cells', () => {
  const faults: Faults = { stuckLow: 0.02, stuckHigh: 0.01, endurance: 1e6, spent: 0 };

  test.each([
    ['exact', exactTarget],
    ['write-verify', writeVerifyTarget],
    ['error-law', lawTarget],
    ['pulse-verify', { ...pulsedTarget, faults: undefined }],
    ['feedforward', predictedTarget],
  ])(
    '%s: they conduct the ends of the window, and the others are as before',
    async (_, target) => {
      const sound = (await run(target, programs(target, 1))).conductances[0]!;
      const faulty = await run({ ...target, faults }, programs(target, 1));
      const found = faulty.conductances[0]!;
      const { gMin, gMax } = target.cell;
      const changed = found.filter((g, i) => g !== sound[i]);
      expect(changed.every((g) => g === Math.fround(gMin) || g === Math.fround(gMax))).toBe(true);
      const share = changed.length / found.length;
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(0.03 + countTolerance(found.length, 0.03) / found.length);
    },
    60_000,
  );

  test('transfer: a stuck cell stays where it is', async () => {
    const program = transferAll(transferTarget, 0, () => 300);
    const found = (
      await run({ ...transferTarget, faults: { ...faults, stuckLow: 0, stuckHigh: 1 } }, [program])
    ).conductances[0]!;
    expect(found.every((g) => g === Math.fround(transferTarget.cell.gMax))).toBe(true);
  });

  test('their shares hold over 131,072 cells, unformed ones included', async () => {
    const target = { ...writeVerifyTarget, faults };
    const chip = await run(
      target,
      [0, 1].map((array) => ({ array, instructions: [] })),
    );
    const cells = chip.conductances.flatMap((g) => [...g]);
    for (const [g, share] of [
      [target.cell.gMin, 0.02],
      [target.cell.gMax, 0.01],
    ] as const) {
      const count = cells.filter((x) => x === Math.fround(g)).length;
      expect(Math.abs(count - cells.length * share)).toBeLessThan(countTolerance(cells.length, share));
    }
  });

  test('write-verify gives them up after all its pulses', async () => {
    const target = { ...writeVerifyTarget, faults: { ...faults, stuckLow: 1, stuckHigh: 0 } };
    const small: Target = { ...target, array: { rows: 4, columns: 4, arraysPerChip: 1 } };
    const chip = await run(small, [programAll(small, 0, () => 40)]);
    expect(totalCounts(chip.counters)).toMatchObject({ cellsGivenUp: 16, setPulses: 1600 });
    expect(chip.failed[0]!.reached).toBe(small.cell.gMin);
  });
});

describe('endurance', () => {
  const worn = (faults: Faults): Target => ({ ...lawTarget, faults });

  test('a program that needs more pulses than are left is refused, array by array', async () => {
    const target = worn({ stuckLow: 0, stuckHigh: 0, endurance: 1e6, spent: 999_989 });
    const error: unknown = await run(target, programs(target, 2)).catch((e: unknown) => e);
    if (!(error instanceof DiagnosticError)) throw error;
    expect(error.diagnostics.map((d) => d.code)).toEqual(['wear/endurance-spent', 'wear/endurance-spent']);
    expect(exitCodeOf(error.diagnostics)).toBe(37);
    expect(error.diagnostics[1]!.at).toBe('array 1, cell (row 0, column 0)');
    expect(error.diagnostics[0]!.message).toContain('12 pulses and the memristors have 11 left');
  });

  test('one that just fits is programmed', async () => {
    const target = worn({ stuckLow: 0, stuckHigh: 0, endurance: 1e6, spent: 999_988 });
    expect((await run(target, [{ array: 0, instructions: formAll(target) }])).wear.memristor).toBe(1);
    expect((await run(target, programs(target, 1))).wear.memristor).toBe(12);
  });
});
