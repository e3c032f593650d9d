import { expect, test } from 'vitest';
import { totalCounts } from '../../src/chip/chip.ts';
import { executeBitstream } from '../../src/chip/execute.ts';
import type { ArrayProgram } from '../../src/ir/schedule.ts';
import type { Target } from '../../src/target/target.ts';
import { momentsOf } from '../statistics.ts';
import { exactTarget, headerOf, loaded, options, programAll, writeVerifyTarget } from './bench.ts';

const small: Target = { ...writeVerifyTarget, array: { rows: 16, columns: 64, arraysPerChip: 1 } };
const step = (4144e-6 - 50e-6) / 63;

/** Level code whose conductance is nearest. */
function nearestCode(conductance: number): number {
  return Math.round((conductance - 50e-6) / step);
}

test('exact cells take the conductances of their levels exactly', async () => {
  const header = headerOf(exactTarget, 1);
  const codeOf = (row: number, column: number): number => (row * 16 + column) % 128;
  const chip = await executeBitstream(
    header,
    [programAll(exactTarget, 0, codeOf)],
    loaded(exactTarget),
    options,
  );
  expect([...chip.conductances[0]!]).toEqual(Array.from({ length: 256 }, (_, i) => codeOf(i >> 4, i & 15)));
  expect(totalCounts(chip.counters)).toMatchObject({ formed: 256, setPulses: 0, time: 0, energy: 0 });
});

test('staircase: levels written in order come back in order', async () => {
  const program = programAll(small, 0, (_, column) => column);
  const chip = await executeBitstream(headerOf(small, 1), [program], loaded(small), options);
  for (let row = 0; row < 16; row++) {
    const read = [...chip.conductances[0]!.subarray(row * 64, (row + 1) * 64)];
    expect(read.map(nearestCode)).toEqual(Array.from({ length: 64 }, (_, code) => code));
    expect(read).toEqual([...read].sort((a, b) => a - b));
  }
});

test('64 blocks of 32 x 32 cells with one level each (Rao et al. 2023, Fig. 1g): every cell is nearest to its level', async () => {
  const codeOf = (row: number, column: number): number => (row >> 5) * 8 + (column >> 5);
  const program = programAll(writeVerifyTarget, 0, codeOf);
  const chip = await executeBitstream(
    headerOf(writeVerifyTarget, 1),
    [program],
    loaded(writeVerifyTarget),
    options,
  );
  let wrong = 0;
  const errors = chip.conductances[0]!.map((g, i) => {
    const code = codeOf(i >> 8, i & 255);
    if (nearestCode(g) !== code) wrong++;
    return g - (50e-6 + code * step);
  });
  const counts = chip.counters[0]!;
  expect(wrong).toBe(0);
  expect(counts.cellsGivenUp).toBe(0);
  const error = momentsOf(errors);
  expect(Math.max(-error.min, error.max)).toBeLessThan(10.8e-6 + 6 * 2e-6);
  // The accounting: a reading before every pulse and one at the end, the pulse of the RESET not read.
  const pulses = counts.setPulses + counts.resetPulses - 65536;
  expect(counts.verifyReads).toBe(pulses + 65536);
  expect(counts.formed).toBe(65536);
  const time = 256 * (1e-6 + 1e-7) + pulses * 1e-7 + counts.verifyReads * 2e-7;
  const energy = 65536 * (2e-9 + 4.7e-10) + pulses * 4.7e-10 + counts.verifyReads * 1e-11;
  expect(counts.time / time).toBeCloseTo(1, 9);
  expect(counts.energy / energy).toBeCloseTo(1, 9);
  expect(chip.wear.memristor).toBeGreaterThan(pulses / 65536);
  expect(chip.wear.memristor).toBeLessThanOrEqual(101);
});

test('a chip does not depend on the order of its arrays, nor on how they arrive', async () => {
  const programs = [0, 1, 2].map((array) => programAll(small, array, (row, c) => (row + array * c) % 64));
  const header = headerOf(small, 3);
  async function* stream(order: readonly number[]): AsyncGenerator<ArrayProgram> {
    for (const array of order) yield programs[array]!;
  }
  const whole = await executeBitstream(header, programs, loaded(small), options);
  expect(await executeBitstream(header, stream([2, 0, 1]), loaded(small), options)).toEqual(whole);
  // Each array is the same alone, so nothing of it depends on the others.
  const alone = await executeBitstream(headerOf(small, 1), [programs[0]!], loaded(small), options);
  expect(alone.conductances[0]).toEqual(whole.conductances[0]);
  expect(whole.conductances[1]).not.toEqual(whole.conductances[0]);
});

test('the seed decides', async () => {
  const program = programAll(small, 0, (_, column) => column);
  const of = (seed: number) =>
    executeBitstream(headerOf(small, 1), [program], loaded(small), { ...options, seed });
  expect(await of(7)).toEqual(await of(7));
  expect((await of(8)).conductances).not.toEqual((await of(7)).conductances);
});

test('cells that no pulse moves are given up, counted, listed and missed by verify', async () => {
  const stuck: Target = {
    ...small,
    programming: { ...small.programming, unresponsive: 0.02, resetSpread: 0 } as Target['programming'],
  };
  const { array, instructions } = programAll(stuck, 0, () => 20);
  const verify = Array.from(
    { length: 16 },
    (_, row) => ({ op: 'verify', row, column: 0, count: 64, tolerance: 100e-6 }) as const,
  );
  const program = { array, instructions: [...instructions, ...verify] };
  const chip = await executeBitstream(headerOf(stuck, 1), [program], loaded(stuck), options);
  const counts = chip.counters[0]!;
  expect(counts.cellsGivenUp).toBeGreaterThan(5);
  expect(counts.cellsGivenUp).toBeLessThan(45);
  expect(chip.failed.length).toBe(counts.cellsGivenUp);
  expect(counts.verifyMisses).toBe(counts.cellsGivenUp);
  for (const cell of chip.failed) {
    expect(cell.reached).toBe(50e-6);
    expect(cell.target).toBeCloseTo(50e-6 + 20 * step, 12);
    expect(chip.conductances[0]![cell.row * 64 + cell.column]).toBeCloseTo(50e-6, 10);
  }
});

test('programming a cell again draws anew and counts on', async () => {
  const first = programAll(small, 0, () => 30);
  const again = first.instructions.filter((i) => i.op === 'program' || i.op === 'reset');
  const twice = { array: 0, instructions: [...first.instructions, ...again] };
  const header = headerOf(small, 1);
  const once = await executeBitstream(header, [first], loaded(small), options);
  const chip = await executeBitstream(header, [twice], loaded(small), options);
  expect(chip.conductances).not.toEqual(once.conductances);
  expect(chip.counters[0]!.setPulses / once.counters[0]!.setPulses).toBeCloseTo(2, 1);
  expect(chip.counters[0]!.formed).toBe(once.counters[0]!.formed);
});

test('unformed cells keep their conductance, and settings are kept as they were given', async () => {
  const converter = {
    op: 'converter',
    block: 4,
    bits: 8,
    convert: 'pair',
    zero: Int32Array.of(128, 127),
    step: Float32Array.of(1e-3, 2e-3),
  } as const;
  const mask = new Uint8Array(8);
  mask[0] = 0b101;
  const chip = await executeBitstream(
    headerOf(small, 2),
    [
      { array: 0, instructions: [{ op: 'driver', bits: 1, vRead: 0.2 }, converter] },
      {
        array: 1,
        instructions: [
          { op: 'form', row: 2, mask },
          { op: 'reset', row: 2, mask },
        ],
      },
    ],
    loaded(small),
    options,
  );
  expect(new Set(chip.conductances[0])).toEqual(new Set([Math.fround(1e-9)]));
  const formed = [...chip.conductances[1]!.keys()].filter((i) => chip.conductances[1]![i]! > 1e-8);
  expect(formed).toEqual([128, 130]);
  expect(chip.drivers).toEqual([{ bits: 1, vRead: 0.2 }, undefined]);
  const { op, block, ...settings } = converter;
  expect([...chip.converters]).toEqual([[4, settings]]);
});
