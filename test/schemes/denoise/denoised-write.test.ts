/** Denoised writes on chips: what they leave, what readings feel of it, what they take, and what is refused. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyDelta } from '../../../src/chip/apply-delta.ts';
import { totalCounts } from '../../../src/chip/chip.ts';
import { executeBitstream } from '../../../src/chip/execute.ts';
import { loadChip } from '../../../src/chip/load.ts';
import { readArrays } from '../../../src/chip/read.ts';
import { saveChip } from '../../../src/chip/save.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import type { Instruction } from '../../../src/ir/schedule.ts';
import { levelSpread } from '../../../src/schemes/level-sigma.ts';
import { levelConductance } from '../../../src/target/cell.ts';
import { loadTarget } from '../../../src/target/load.ts';
import type { Target } from '../../../src/target/target.ts';
import { headerOf, loaded, options, programAll } from '../../chip/bench.ts';
import { momentsOf } from '../../statistics.ts';

const small = ['array.rows=64', 'driver.rowsAtOnce=64', 'array.columns=64', 'programming.unresponsive=0'];
const targetOf = async (...set: readonly string[]): Promise<Target> =>
  (await loadTarget('tetramem-256-denoised', [...small, ...set])).target;
const chipOf = (target: Target, code: number) =>
  executeBitstream(headerOf(target, 1), [programAll(target, 0, () => code)], loaded(target), {
    ...options,
    keepHistory: true,
  });
const loud = 'programming.look.quiet=1 S';
const unwired = { wires: false };

test('levels are met by aim and noise of a look, in closed form', async () => {
  const target = await targetOf();
  for (const code of [100, 1000, 2000]) {
    const level = levelConductance(target.cell, code);
    const { mean, sigma } = momentsOf((await chipOf(target, code)).conductances[0]!);
    const spread = levelSpread(target, level);
    expect(Math.abs(mean - level)).toBeLessThan(0.1e-6);
    expect(Math.abs(Math.sqrt(spread.variance) / sigma - 1)).toBeLessThan(0.25);
  }
});

test('readings feel the traps that are left, also of a chip that was saved', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crossloom-denoise-'));
  const deviations = async (set: readonly string[]) => {
    const target = await targetOf(...set);
    const chip = await chipOf(target, 1000);
    const read = (await readArrays(chip, target, unwired)).conductances[0]!;
    await saveChip(chip, join(folder, 'chip'), { force: true });
    const again = await loadChip(join(folder, 'chip'));
    expect(again.traps).toEqual(chip.traps);
    expect((await readArrays(again, target, unwired)).conductances[0]).toEqual(read);
    return read.map((g, cell) => g - chip.conductances[0]![cell]!);
  };
  try {
    const denoised = await deviations([]);
    const left = await deviations([loud]);
    const beyond = (off: Float32Array) => off.filter((d) => Math.abs(d) > 0.7e-6).length / off.length;
    expect(beyond(denoised)).toBe(0);
    expect(beyond(left)).toBeGreaterThan(0.05);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a chip remembers what was drawn anew and what was frozen, and a delta goes on from there', async () => {
  const target = await targetOf();
  const chip = await chipOf(target, 1000);
  const before = chip.traps![0]!;
  const frozen = (words: Uint32Array) => words.filter((word) => (word & 255) !== 0).length;
  expect(frozen(before)).toBeGreaterThan(100);
  expect(frozen((await chipOf(await targetOf(loud), 1000)).traps![0]!)).toBe(0);
  const codes = new Uint16Array(64).fill(1000);
  const row: Instruction = { op: 'program', row: 0, column: 0, tolerance: 1e-6, codes };
  const header = { ...headerOf(target, 1), base: chip.bitstream };
  const programs = [{ array: 0, instructions: [row] }];
  const after = await applyDelta(chip, header, programs, loaded(target), { bitstream: 'ab'.repeat(32) });
  // Cells at their level and calm get a look and hardly a pulse, so that nearly all keep their word.
  const changed = [...after.traps![0]!.keys()].filter((cell) => after.traps![0]![cell] !== before[cell]);
  expect(changed.every((cell) => cell < 64)).toBe(true);
  expect(changed.length).toBeLessThan(8);
  expect(chip.traps![0]).toEqual(before);
});

test('pulses, readings, time and energy are counted, weak pulses and looks apart', async () => {
  const target = await targetOf();
  const { programming: law } = target;
  if (law.scheme !== 'denoise') throw new Error('another scheme');
  const { spent, counters } = await chipOf(target, 1000);
  const total = totalCounts(counters);
  const { weakPulse, look, pulse, read } = spent!;
  expect(weakPulse!.operations).toBeGreaterThan(100);
  expect(look!.operations % law.look.reads).toBe(0);
  // Every cell is looked at twice or more on average, and its trim is followed by a look.
  expect(look!.operations / law.look.reads / 4096).toBeGreaterThan(2);
  expect(total.verifyReads).toBe(read!.operations + look!.operations);
  expect(total.setPulses + total.resetPulses).toBe(pulse!.operations + 4096);
  const sum = (of: 'time' | 'energy') => Object.values(spent!).reduce((all, part) => all + part[of], 0);
  expect(total.time / sum('time')).toBeCloseTo(1, 9);
  expect(total.energy / sum('energy')).toBeCloseTo(1, 9);
  expect(look!.time).toBeCloseTo(look!.operations * law.look.interval, 9);
});

test('a cell that nothing calms is RESET as often as may be, and given up', async () => {
  const target = await targetOf('programming.weak.vFreeze=5 V', 'programming.restarts=1', 'traps.perCell=1');
  const { cellsGivenUp, resetPulses } = totalCounts((await chipOf(target, 1000)).counters);
  // Loud traps twice in a row: the probability of one such is about 0.58.
  expect(cellsGivenUp / 4096).toBeGreaterThan(0.2);
  expect(cellsGivenUp / 4096).toBeLessThan(0.5);
  expect(resetPulses).toBeGreaterThan(4096 * 1.4);
});

test('cells that no pulse moves are given up', async () => {
  const target = await targetOf('programming.unresponsive=1');
  const { counters, conductances } = await chipOf(target, 1000);
  expect(totalCounts(counters).cellsGivenUp).toBe(4096);
  expect(Math.max(...conductances[0]!)).toBeLessThan(100e-6);
});

test('a trap at the end of the window, where pulses cannot follow it, is seen and frozen all the same', async () => {
  const target = await targetOf('traps.perCell=1', 'traps.amplitude=10 uS');
  expect(totalCounts((await chipOf(target, 0)).counters).cellsGivenUp).toBe(0);
});

describe('targets that cannot do it', () => {
  test.each([
    ['no amplitudes', 'programming.weak.vMax=0.2 V', /this must lie above weak.vMin, 300 mV/],
    ['an aim beyond the tolerance', 'programming.aim=2 uS', /this lies above the tolerance, 1 uS/],
    ['a coarse write within the aim', 'programming.coarse=0.1 uS', /this lies below the aim, 0.25 uS|250 nS/],
    ['noise taken for traps', 'programming.look.quiet=0.2 uS', /cells without traps scatter by up to/],
    ['an aim that no look sees', 'programming.readNoise=3 uS', /and the aim must be twice that/],
    ['stays the wrong way round', 'traps.dwellLongest=1 us', /this lies below traps.dwellShortest/],
  ])('%s', async (_, set, message) => {
    const error: unknown = await targetOf(set).catch((e: unknown) => e);
    if (!(error instanceof DiagnosticError)) throw error;
    expect(error.diagnostics.map((d) => d.message).join('\n')).toMatch(message);
  });
});
