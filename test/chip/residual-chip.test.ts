import { describe, expect, test } from 'vitest';
import type { Chip } from '../../src/chip/chip.ts';
import { executeBitstream } from '../../src/chip/execute.ts';
import type { Instruction, ProgramResidualInstruction } from '../../src/ir/schedule.ts';
import type { ProgrammingOf } from '../../src/schemes/models.ts';
import { levelStepOf } from '../../src/target/cell.ts';
import type { Target } from '../../src/target/target.ts';
import { formAll, headerOf, loaded, options, transferTarget, writeVerifyTarget } from './bench.ts';

const base = writeVerifyTarget.programming as ProgrammingOf<'write-verify'>;
const step = levelStepOf(writeVerifyTarget.cell);

function targetOf(changes: Partial<ProgrammingOf<'write-verify'>>, columns = 64): Target {
  return {
    ...writeVerifyTarget,
    array: { rows: 64, columns, arraysPerChip: 1 },
    programming: { ...base, resetSpread: 0, ...changes },
  };
}

const run = (target: Target, instructions: readonly Instruction[], seed = options.seed) =>
  executeBitstream(
    headerOf(target, 1),
    [{ array: 0, instructions: [...formAll(target), ...instructions] }],
    loaded(target),
    { ...options, seed },
  );

/** Difference of a pair in level codes. */
const pairAt = (chip: Chip, row: number, column: number) => {
  const at = row * chip.header.columns + column;
  return (chip.conductances[0]![at]! - chip.conductances[0]![at + 1]!) / step;
};

const rows = Array.from({ length: 64 }, (_, row) => row);

/** Two copies, 16 pairs each, that are to make 2 * value together; `rounds` as write-residual writes them. */
function copies(value: number, rounds: number): Instruction[] {
  const codes = Uint16Array.from({ length: 32 }, (_, k) =>
    k % 2 === 0 ? Math.max(value, 0) : Math.max(-value, 0),
  );
  const tolerance = Math.fround(base.tolerance);
  const aimed = (row: number, column: number): ProgramResidualInstruction => ({
    op: 'program-residual',
    row,
    column,
    tolerance,
    reads: 1,
    scale: 1,
    grain: 1,
    sources: [{ distance: column === 0 ? 32 : -32, ratio: 1, grain: 0 }],
    values: new Int16Array(16).fill(2 * value),
  });
  return rows.flatMap((row): Instruction[] => [
    { op: 'program', row, column: 0, tolerance, codes },
    aimed(row, 32),
    ...Array.from({ length: rounds - 1 }, () => [aimed(row, 0), aimed(row, 32)]).flat(),
  ]);
}

describe('program-residual', () => {
  // A stuck cell of a positive digit stays at code 0 after RESET.
  const stuckTarget = targetOf({ unresponsive: 0.03 });
  const sumsOf = (chip: Chip) =>
    rows.flatMap((row) =>
      Array.from({ length: 16 }, (_, pair) => {
        const parts = [pairAt(chip, row, 2 * pair), pairAt(chip, row, 32 + 2 * pair)] as const;
        return { sum: parts[0] + parts[1], stuck: parts.map((p) => Math.abs(p) < 0.5) };
      }),
    );
  // Both cells of the part that was programmed last, and the reading of the other.
  const within = (4 * base.tolerance + 12 * base.readNoise) / step + 0.5;

  test('a copy makes up for a stuck cell of the one before it', async () => {
    const all = sumsOf(await run(stuckTarget, copies(20, 1)));
    const compensated = all.filter(({ stuck: [first, second] }) => first && !second);
    const last = all.filter(({ stuck: [first, second] }) => !first && second);
    expect(compensated.length).toBeGreaterThan(10);
    for (const { sum } of compensated) expect(Math.abs(sum - 40)).toBeLessThan(within);
    // What nobody has read yet stays wrong.
    expect(last.length).toBeGreaterThan(10);
    for (const { sum } of last) expect(Math.abs(sum - 20)).toBeLessThan(within);
  });

  test('in a second round also for one of the last, with either sign', async () => {
    for (const value of [20, -20]) {
      const all = sumsOf(await run(stuckTarget, copies(value, 2)));
      const repairable = all.filter(({ stuck }) => !(stuck[0] && stuck[1]));
      expect(repairable.filter(({ stuck }) => stuck[0] || stuck[1]).length).toBeGreaterThan(20);
      for (const { sum } of repairable) expect(Math.abs(sum - 2 * value)).toBeLessThan(within);
    }
  });

  test('stops at the codes of a cell', async () => {
    const all = sumsOf(await run(stuckTarget, copies(50, 2)));
    const alone = all.filter(({ stuck }) => stuck[0] !== stuck[1]);
    expect(alone.length).toBeGreaterThan(20);
    for (const { sum } of alone) expect(Math.abs(sum - 63)).toBeLessThan(within);
  });

  test('a slice makes up for the write error of the one above it: closed form', async () => {
    const target = targetOf({ readNoise: 0 });
    const tolerance = Math.fround(base.tolerance);
    const [ratio, weight] = [17, 100];
    const instructions = rows.flatMap((row): Instruction[] => [
      { op: 'program', row, column: 2, tolerance, codes: Uint16Array.of(7 * 6, 0) },
      {
        op: 'program-residual',
        row,
        column: 0,
        tolerance,
        reads: 1,
        scale: 7,
        grain: 1,
        sources: [{ distance: 2, ratio, grain: 0 }],
        values: Int16Array.of(weight),
      },
    ]);
    const chip = await run(target, instructions);
    let worst = 0;
    for (const row of rows) {
      const [lower, upper] = [pairAt(chip, row, 0), pairAt(chip, row, 2)];
      worst = Math.max(worst, Math.abs(ratio * (upper - 42)));
      // The rounding to a level, and both cells of the lower pair within the tolerance of theirs.
      expect(Math.abs(lower + ratio * upper - 7 * weight)).toBeLessThan(0.5 + (2 * tolerance) / step + 1e-3);
    }
    // What was made up for is larger than what is left.
    expect(worst).toBeGreaterThan(1.5);
  });

  test('parts in whole digits ignore write errors, and make up for a stuck cell by whole digits', async () => {
    const target = targetOf({ unresponsive: 0.03 });
    const tolerance = Math.fround(base.tolerance);
    const aimed = (row: number): ProgramResidualInstruction => ({
      op: 'program-residual',
      row,
      column: 2,
      tolerance,
      reads: 4,
      scale: 7,
      grain: 7,
      sources: [{ distance: -2, ratio: 1, grain: 7 }],
      values: Int16Array.of(8),
    });
    const instructions = rows.flatMap((row): Instruction[] => [
      { op: 'program', row, column: 0, tolerance, codes: Uint16Array.of(7 * 3, 0) },
      aimed(row),
    ]);
    const seeds = Array.from({ length: 8 }, (_, seed) => seed);
    let stuck = 0;
    for (const seed of seeds) {
      const chip = await run(target, instructions, seed);
      for (const row of rows) {
        const [first, second] = [pairAt(chip, row, 0), pairAt(chip, row, 2)];
        if (Math.abs(second) < 0.5) continue;
        if (Math.abs(first) < 0.5) stuck++;
        expect(Math.abs(second - (Math.abs(first) < 0.5 ? 56 : 35))).toBeLessThan(0.5);
      }
    }
    expect(stuck).toBeGreaterThan(5);
  });

  test('a cell that is right gets readings and no pulse; all readings are counted', async () => {
    const target = targetOf({ readNoise: 0, deviceToDevice: 0, cycleToCycle: 0 });
    const told = copies(20, 1);
    const once = await run(
      target,
      told.filter((i) => i.op === 'program'),
    );
    const first = await run(target, told);
    const again = await run(target, [
      ...told,
      ...told.flatMap((i) => (i.op === 'program-residual' ? [{ ...i, reads: 3 }] : [])),
    ]);
    const [a, b, c] = [once, first, again].map((chip) => chip.counters[0]!);
    const pairs = 64 * 16;
    // Write-verify reads once more than it pulses; the second cell of a pair is right after RESET.
    expect(b!.verifyReads - a!.verifyReads).toBe(b!.setPulses - a!.setPulses + (2 + 2) * pairs);
    expect(c!.setPulses + c!.resetPulses).toBe(b!.setPulses + b!.resetPulses);
    expect(c!.verifyReads - b!.verifyReads).toBe((2 + 2 * 3) * pairs);
    expect((c!.time - b!.time) / (8 * pairs * base.readTime)).toBeCloseTo(1, 6);
    expect((c!.energy - b!.energy) / (8 * pairs * base.readEnergy)).toBeCloseTo(1, 6);
    expect(again.conductances).toEqual(first.conductances);
  });

  test('several readings are averaged', async () => {
    const spreadOf = async (reads: number) => {
      // No pulse and no tolerance: every cell is given up, and listed with the level that it was aimed at.
      const target = targetOf({ readNoise: 2 * step, maxPulses: 0 });
      const instructions = rows.slice(0, 25).map(
        (row): Instruction => ({
          op: 'program-residual',
          row,
          column: 0,
          tolerance: 1e-12,
          reads,
          scale: 1,
          grain: 1,
          sources: [{ distance: 32, ratio: 1, grain: 0 }],
          values: new Int16Array(16).fill(20),
        }),
      );
      const chip = await run(target, instructions);
      const aims = chip.failed.map((cell) => (cell.target - 50e-6) / step).filter((aim) => aim > 0.5);
      expect(aims.length).toBe(400);
      const mean = aims.reduce((sum, aim) => sum + aim, 0) / aims.length;
      expect(Math.abs(mean - 20)).toBeLessThan(0.5);
      return Math.sqrt(aims.reduce((sum, aim) => sum + (aim - mean) ** 2, 0) / aims.length);
    };
    // The noise of two cells, and the rounding of the aim.
    for (const reads of [1, 16, 64]) {
      const ratio = (await spreadOf(reads)) / Math.sqrt((2 * 2 ** 2) / reads + 1 / 12);
      expect(Math.abs(ratio - 1)).toBeLessThan(0.15);
    }
  });

  test('a cell that was given up is left alone and counted once', async () => {
    const chip = await run(stuckTarget, copies(20, 2));
    const counts = chip.counters[0]!;
    const listed = new Set(chip.failed.map(({ row, column }) => `${row} ${column}`));
    expect(listed.size).toBe(counts.cellsGivenUp);
    expect(chip.failed).toHaveLength(counts.cellsGivenUp);
  });

  test('needs formed cells and a chip that reads back while it programs', async () => {
    const [, residual] = copies(20, 1);
    const small = { ...(residual as ProgramResidualInstruction), column: 0, values: Int16Array.of(1) };
    const fitting = { ...small, sources: [{ distance: 2, ratio: 1, grain: 0 }] };
    await expect(run(transferTarget, [fitting])).rejects.toThrow('does not read cells back');
    const target = targetOf({});
    const bare = executeBitstream(
      headerOf(target, 1),
      [{ array: 0, instructions: [residual!] }],
      loaded(target),
      options,
    );
    await expect(bare).rejects.toThrow('was never formed');
  });
});
