import { expect, test } from 'vitest';
import { executeBitstream } from '../../src/chip/execute.ts';
import type { Target } from '../../src/target/target.ts';
import { momentsOf } from '../statistics.ts';
import { headerOf, loaded, options, transferAll, transferTarget } from './bench.ts';

const { rows, columns } = transferTarget.array;
const pairs = columns / 2;

/** Hidden integer at the centre of the bin whose transferred digit is this. */
function centre(digit: number): number {
  return Math.sign(digit) * (Math.abs(digit) * 64 + 32);
}

test('transfer staircase: -7 to 7 is monotone on average, with the high-resistance state on the other side', async () => {
  const arrays = 15;
  const programs = Array.from({ length: arrays }, (_, array) =>
    transferAll(transferTarget, array, () => centre(array - 7)),
  );
  const chip = await executeBitstream(
    headerOf(transferTarget, arrays),
    programs,
    loaded(transferTarget),
    options,
  );
  const step = 145e-6 / 7;
  const means = chip.conductances.map((g, array) => {
    const differences: number[] = [];
    const others: number[] = [];
    for (let i = 0; i < rows * pairs; i++) {
      const difference = g[2 * i]! - g[2 * i + 1]!;
      differences.push(difference);
      others.push(Math.min(g[2 * i]!, g[2 * i + 1]!));
    }
    if (array !== 7) {
      // The side that is not SET is a RESET cell: 5 uS and a one-sided spread of 1 uS.
      expect(momentsOf(others).max).toBeLessThan(5e-6 + 6e-6);
    }
    return momentsOf(differences).mean / step;
  });
  for (let i = 1; i < arrays; i++) expect(means[i]!).toBeGreaterThan(means[i - 1]! + 0.5);
  means.forEach((mean, array) => {
    expect(Math.abs(mean - (array - 7))).toBeLessThan(0.25);
  });
  // Sign errors: Phi(-0.18 / sqrt(0.03^2 + 0.01^2)) = 6e-9 of all transfers.
  expect(chip.counters.reduce((sum, c) => sum + c.signErrors, 0)).toBe(0);
});

test('counts, time, energy and wear follow from what was done', async () => {
  const hiddenOf = (row: number, pair: number): number => ((row * pairs + pair) % 1023) - 511;
  const program = transferAll(transferTarget, 0, hiddenOf);
  const chip = await executeBitstream(
    headerOf(transferTarget, 1),
    [program],
    loaded(transferTarget),
    options,
  );
  const all = Array.from({ length: rows * pairs }, (_, i) => hiddenOf(Math.floor(i / pairs), i % pairs));
  const ones = (value: number): number => value.toString(2).replaceAll('0', '').length;
  const negative = (value: number): number => (value < 0 ? 1 : 0);
  const written = all.reduce((sum, h) => sum + ones(Math.abs(h)) + negative(h), 0);
  const restored = all.reduce((sum, h) => sum + ones(Math.abs(h) >> 6) + negative(h), 0);
  const sets = all.filter((h) => Math.abs(h) >= 64).length;
  const synapses = rows * pairs;
  expect([...chip.hidden[0]!]).toEqual(all);
  expect(chip.counters[0]).toMatchObject({
    formed: 2 * synapses,
    transfers: synapses,
    setPulses: sets,
    resetPulses: 4 * synapses,
    fecapReads: 4 * synapses,
    fecapWrites: written + restored,
    wakeUpCycles: 1000 * 128 * rows,
  });
  const time =
    rows * (1e-6 + 3e-8 + 1000 * 1e-6) + written * 2e-8 + pairs * (2 * 5e-8 + 4 * 2e-8 + 3e-8 + 1e-8);
  const energy =
    2 * synapses * (2e-10 + 2e-12) +
    2 * 1000 * 128 * rows * 1e-13 +
    (written + restored) * 1e-13 +
    2 * synapses * 2e-12 +
    sets * 1e-12;
  expect(chip.counters[0]!.time / time).toBeCloseTo(1, 9);
  expect(chip.counters[0]!.energy / energy).toBeCloseTo(1, 9);
  const spent = Object.fromEntries(
    Object.entries(chip.spent!).map(([component, { operations, devices }]) => [
      component,
      [operations, devices],
    ]),
  );
  expect(spent).toEqual({
    form: [rows, 2 * synapses],
    reset: [rows, 4 * synapses],
    set: [0, sets],
    wakeUp: [1000 * rows, 2 * 1000 * 128 * rows],
    fecapWrite: [written, written + restored],
    transfer: [pairs, pairs],
  });
  // The RESET after forming, and one cycle per transfer; wake-up, one write and one write-back.
  expect(chip.wear).toEqual({ memristor: 2, fecap: 1002 });
});

test('a wrongly sensed sign reaches the memristors and the hidden plane', async () => {
  const target: Target = {
    ...transferTarget,
    hidden: { ...transferTarget.hidden!, windowSpread: 0.36 },
  };
  const program = transferAll(target, 0, () => 300);
  const chip = await executeBitstream(headerOf(target, 1), [program], loaded(target), options);
  const flipped = [...chip.hidden[0]!.keys()].filter((i) => chip.hidden[0]![i] === -300);
  expect(chip.counters[0]!.signErrors).toBe(flipped.length);
  expect(flipped.length).toBeGreaterThan(100);
  for (const i of flipped)
    expect(chip.conductances[0]![2 * i + 1]).toBeGreaterThan(chip.conductances[0]![2 * i]!);
});

test('verify on a transferred array compares with the digit that was stored', async () => {
  const program = transferAll(transferTarget, 0, () => centre(5));
  const verify = (tolerance: number) => ({ op: 'verify', row: 0, column: 0, count: 16, tolerance }) as const;
  const misses = async (tolerance: number): Promise<number> => {
    const instructions = [...program.instructions, verify(tolerance)];
    const chip = await executeBitstream(
      headerOf(transferTarget, 1),
      [{ array: 0, instructions }],
      loaded(transferTarget),
      options,
    );
    return chip.counters[0]!.verifyMisses;
  };
  expect(await misses(60e-6)).toBe(0);
  expect(await misses(1e-12)).toBe(16);
});

test('a program that would wear FeCAPs or memristors out is refused, each with what is left', async () => {
  const ageing = {
    pristine: 0.5,
    wokenCycles: 1000,
    fatigueCycles: 1e7,
    endurance: 3000,
    spent: 1998,
    retentionLoss: 0,
    retentionTime: 1,
    held: 0,
  };
  const worn = (spent: number, pulses: number): Target => ({
    ...transferTarget,
    hidden: { ...transferTarget.hidden!, ageing: { ...ageing, spent } },
    faults: { stuckLow: 0, stuckHigh: 0, endurance: 10, spent: pulses },
  });
  const attempt = (target: Target) => {
    const program = transferAll(target, 0, () => 511);
    return executeBitstream(headerOf(target, 1), [program], loaded(target), options);
  };
  // Wake-up, one write and one write-back; the RESET after forming and one transfer.
  expect((await attempt(worn(1998, 8))).wear).toEqual({ memristor: 2, fecap: 1002 });
  await expect(attempt(worn(1999, 8))).rejects.toThrow(
    /wear\/endurance-spent\] at array 0, FeCAPs: this needs 1002 cycles and the FeCAPs have 1001 left/,
  );
  await expect(attempt(worn(1998, 9))).rejects.toThrow(/this needs 2 pulses and the memristors have 1 left/);
});

test('worn FeCAPs set lower conductances', async () => {
  const meanOf = async (spent: number): Promise<number> => {
    const target: Target = {
      ...transferTarget,
      hidden: {
        ...transferTarget.hidden!,
        ageing: {
          pristine: 0.5,
          wokenCycles: 1000,
          fatigueCycles: 1e6,
          endurance: 1e8,
          spent,
          retentionLoss: 0,
          retentionTime: 1,
          held: 0,
        },
      },
    };
    const program = transferAll(target, 0, () => centre(4));
    const chip = await executeBitstream(headerOf(target, 1), [program], loaded(target), options);
    return momentsOf(chip.conductances[0]!.filter((_, cell) => cell % 2 === 0)).mean;
  };
  const step = 145e-6 / 7;
  // A quarter of the charge is left after three times fatigueCycles.
  expect((await meanOf(0)) / (5e-6 + 4 * step)).toBeCloseTo(1, 1);
  expect((await meanOf(3e6)) / (5e-6 + step)).toBeCloseTo(1, 1);
});
