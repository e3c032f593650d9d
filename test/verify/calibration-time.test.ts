/** Gains and biases belong to the time at which a chip is read: who fits them when, how long they last, and what they take. */
import { describe, expect, test } from 'vitest';
import type { Chip } from '../../src/chip/chip.ts';
import { calibratedFor } from '../../src/correct/calibrated-for.ts';
import { correctChip } from '../../src/correct/correct-chip.ts';
import type { Package } from '../../src/package/open.ts';
import { programChip } from '../../src/program.ts';
import { formatVerification } from '../../src/report/verify-text.ts';
import { type SimulateOptions, simulate } from '../../src/simulate/simulate.ts';
import type { VerifyOptions } from '../../src/verify/options.ts';
import { verify } from '../../src/verify/verify.ts';
import { raised } from '../data/files.ts';
import { driftFields, preciseCells, sectionOf } from '../support/reading-laws.ts';
import { batchOf, inputs, labelsFor, memoryData, withTiny } from './tiny.ts';

const all = inputs(120);
const calibration = memoryData(all.slice(0, 20), undefined);
const samples = all.slice(20);
const data = memoryData(samples, labelsFor(samples, samples.length));

/** Precise cells that have lost a third after an hour. */
const drifting = [...preciseCells, ...sectionOf('drift', driftFields)];
const hour = 3600;
/** Half of the conductance is gone after 12 days. */
const day = 86_400;

type Use = Parameters<typeof withTiny>[2];
const onDrifting = (use: Use) => withTiny('tetramem-256-6bit', calibration, use, drifting);

/** How often all layers of a chip are calibrated in a verification. */
async function calibrations(
  pkg: Package,
  model: Parameters<Use>[1],
  options: VerifyOptions,
): Promise<number> {
  let count = 0;
  const onProgress = (stage: string, done: number, total: number) => {
    if (stage.endsWith(': calibrate') && done === total) count++;
  };
  await verify(pkg, model, data, { ...options, onProgress, images: 10 });
  return count;
}

async function logitsOf(pkg: Package, chip: Chip, options: SimulateOptions): Promise<unknown> {
  const session = await simulate(pkg, chip, options);
  const { logits } = await session.run({ x: batchOf(samples) });
  await session.release();
  return logits!.data;
}

describe('gains and biases', () => {
  test('are fitted as a chip is read, unless those of a time are held', async () => {
    await onDrifting(async (pkg, model) => {
      const at = [0, hour, day];
      const run = (options: VerifyOptions) => verify(pkg, model, data, { at, ...options });
      const times = ({ readings }: Awaited<ReturnType<typeof run>>) => readings.map((r) => r.calibratedAt);
      const snrs = ({ readings }: Awaited<ReturnType<typeof run>>) =>
        readings.map((r) => r.snrToIdeal as number);

      const usual = await run({});
      expect(usual.readings.map(({ compensated }) => compensated)).toEqual(['columns', 'columns', 'columns']);
      expect(times(usual)).toEqual([0, hour, day]);
      expect(usual.readings[1]!.trials[0]!.calibratedAt).toBe(hour);
      const once = await run({ compensate: 'none' });
      expect(times(once)).toEqual([0, 0, 0]);
      expect(snrs(once)[0]).toBe(snrs(usual)[0]);
      for (const i of [1, 2]) expect(snrs(once)[i]).toBeLessThan(snrs(usual)[i]! - 6);

      // Gains make up for 1.8 times less current, and what is left is that cells differ in what they lose: 3 dB more than in an hour.
      expect(snrs(usual)[2]).toBeGreaterThan(snrs(usual)[1]! - 5);

      const held = await verify(pkg, model, data, { at: [hour, day], calibratedAt: hour });
      expect(held.mapped.compensated).toBe('none');
      expect(times(held)).toEqual([hour, hour]);
      expect(snrs(held)[0]).toBe(snrs(usual)[1]);
      // Most of what the cells lose in a day is made up for already.
      expect(snrs(held)[1]).toBeGreaterThan(snrs(once)[2]! + 1);
      expect(snrs(held)[1]).toBeLessThan(snrs(usual)[2]! - 6);

      const text = formatVerification(held);
      expect(text).toContain('mapped, 1 trial, after 1 h, calibrated then');
      expect(text).toMatch(/\n {2}after 1 d, calibrated at 1 h {2}/);
      expect(formatVerification(once)).toMatch(/\n {2}after 1 h, calibrated when programmed {2}/);
    });
  });

  test('of a saved chip too, if it has any; an uncalibrated one has none at any time', async () => {
    await onDrifting(async (pkg, model) => {
      const saved = await programChip(pkg, { seed: 3 });
      const run = (chip: Chip, options: VerifyOptions = {}) =>
        verify(pkg, model, data, { chips: [chip], at: [hour], ...options });
      const fresh = await verify(pkg, model, data, { seed: 3, at: [hour] });
      expect((await run(saved)).mapped).toEqual(fresh.mapped);
      const asSaved = (await run(saved, { compensate: 'none' })).mapped;
      expect(asSaved.calibratedAt).toBe(0);
      expect(asSaved.snrToIdeal as number).toBeLessThan((fresh.mapped.snrToIdeal as number) - 6);
      const later = await correctChip(pkg, saved, { conditions: { at: hour } });
      expect((await run(later, { compensate: 'none' })).mapped).toEqual({
        ...fresh.mapped,
        compensated: 'none',
      });

      const bare = await programChip(pkg, { seed: 3, calibrate: false });
      const without = await run(bare);
      expect(without.mapped).not.toHaveProperty('calibratedAt');
      expect(without).not.toHaveProperty('calibration');
      expect(without.trials[0]!.calibrated).toBe(false);
      expect((await verify(pkg, model, data, { seed: 3, at: [hour], calibrate: false })).mapped).toEqual({
        ...without.mapped,
        compensated: 'none',
      });
    });
  });

  test('of a chip that computes exactly at first are fitted once it does not', async () => {
    await withTiny(
      'ideal',
      calibration,
      async (pkg, model) => {
        const report = await verify(pkg, model, data, { at: [0, hour] });
        expect(report.readings.map(({ calibratedAt }) => calibratedAt)).toEqual([undefined, hour]);
        const [now, then] = report.readings;
        expect(now!.snrToIdeal).toBe('equal');
        const held = await verify(pkg, model, data, { at: [hour], compensate: 'none' });
        expect(held.mapped.snrToIdeal as number).toBeLessThan((then!.snrToIdeal as number) - 6);
      },
      sectionOf('drift', driftFields),
    );
  });

  test('are fitted no oftener than they change', async () => {
    await onDrifting(async (pkg, model) => {
      const count = (options: VerifyOptions) => calibrations(pkg, model, options);
      expect(await count({ at: [hour] })).toBe(1);
      expect(await count({ at: [0, hour, day] })).toBe(3);
      expect(await count({ at: [hour, day], calibratedAt: hour })).toBe(1);
      expect(await count({ at: [hour, day], compensate: 'none' })).toBe(1);
    });
    await withTiny(
      'tetramem-256-6bit',
      calibration,
      async (pkg, model) => expect(await calibrations(pkg, model, { at: [0, hour, day] })).toBe(1),
      preciseCells,
    );
  });

  test('of a simulated chip are those of the time at which it is read', async () => {
    await onDrifting(async (pkg) => {
      const chip = await programChip(pkg, { seed: 1 });
      const conditions = { at: hour };
      const fitted = await correctChip(pkg, chip, { conditions });
      expect(fitted.calibration).toEqual(await calibratedFor(pkg, chip, { at: hour, wires: true }));
      const read = await logitsOf(pkg, chip, { conditions });
      expect(read).toEqual(await logitsOf(pkg, fitted, { conditions, compensate: 'none' }));
      expect(read).not.toEqual(await logitsOf(pkg, chip, { conditions, compensate: 'none' }));
    });
  });
});

describe('a calibration', () => {
  test('that is held is within a bound up to a time', async () => {
    await onDrifting(async (pkg, model) => {
      const run = (options: VerifyOptions) =>
        verify(pkg, model, data, { at: [1, 60, 1e15], maxDrop: 5, ...options });
      const held = await run({ calibratedAt: 1 });
      // Whatever conducts, loses all of it in 30 million days.
      expect(held.readings.map(({ difference }) => -difference!.points <= 5)).toEqual([true, true, false]);
      expect(held.refresh).toEqual({ maxDrop: 5, calibratedAt: 1, within: 60, beyond: 1e15 });
      expect(formatVerification(held)).toContain(
        'recalibration: calibrated at 1 s, a loss of 5 points is kept up to 1 min, not at 31700000 y, of the times given',
      );
      const anew = await run({ at: [1, 60] });
      expect(anew.refresh).toEqual({ maxDrop: 5, within: 60 });
      expect(formatVerification(anew)).toContain('refresh: a loss of 5 points is kept up to 1 min');
    });
  });

  test('is one of layer after layer where that is asked for, and the package has samples', async () => {
    await onDrifting(async (pkg, model) => {
      const bare = { ...pkg, record: { ...pkg.record, inputs: [] } };
      const run = (of: typeof pkg, options: VerifyOptions) =>
        verify(of, model, data, { at: [hour], images: 10, ...options });
      const usual = await run(pkg, {});
      expect(usual.mapped.sequential).toBe(false);
      expect(formatVerification(usual)).not.toContain('layers calibrated');
      const followed = await run(pkg, { compensate: 'sequential' });
      expect(followed.mapped).toMatchObject({
        sequential: true,
        compensated: 'sequential',
        calibratedAt: hour,
      });
      expect(formatVerification(followed)).toMatch(/trials .*; layers calibrated one after the other$/m);
      const older = await run(bare, { compensate: 'sequential' });
      expect(older.mapped).toEqual({ ...usual.mapped, compensated: 'sequential' });
      expect(formatVerification(older)).toMatch(
        /; layers calibrated apart \(too few samples in the package\)$/m,
      );
      const fitted = await programChip(pkg, { seed: 1, calibrateUnder: { at: hour }, sequential: true });
      const held = await run(pkg, { chips: [fitted], compensate: 'none' });
      expect(held.mapped).toEqual({ ...followed.mapped, compensated: 'none' });
    });
  });

  test.each([
    ['takes the calibration vectors, once through every layer', 'columns', 1],
    ['takes whole samples besides, once through all layers', 'sequential', 2],
  ] as const)('%s', async (_, compensate, times) => {
    await onDrifting(async (pkg, model) => {
      const { adc } = pkg.loaded.target;
      const report = await verify(pkg, model, data, { at: [hour], compensate });
      // One product of each layer per sample.
      const count = 20 * times;
      const { layers, ...sums } = report.calibration!;
      // 20 vectors each, in 8 planes; one conversion per pair of columns, and as many in a row as share a converter.
      const of = (output: string, columns: number) => ({
        output,
        vectors: count,
        conversions: count * 8 * columns,
        time: expect.closeTo(count * 8 * Math.min(columns, adc.sharedBy) * adc.time, 15),
        energy: expect.closeTo(count * 8 * columns * adc.energy, 15),
      });
      expect(layers).toMatchObject([of('h', 16), of('logits', 8)]);
      expect(sums.vectors).toBe(40 * times);
      expect(sums.samples).toBe(times === 1 ? 0 : 20);
      expect(sums.conversions).toBe(3840 * times);
      expect(sums.time).toBeCloseTo(layers[0]!.time + layers[1]!.time, 15);
      expect(sums.energy).toBeCloseTo(3840 * times * adc.energy, 15);
      expect(formatVerification(report)).toMatch(
        times === 1
          ? /calibration {3}40 inputs of 2 layers, 3,840 conversions, [\d.]+ us, [\d.]+ nJ in the converters/
          : /calibration {3}80 inputs of 2 layers, 20 whole samples among them, 7,680 conversions, [\d.]+ us/,
      );
    });
  });

  test('must not contradict what else is asked for', async () => {
    await onDrifting(async (pkg, model) => {
      const problems = (options: VerifyOptions) => raised(verify(pkg, model, data, options));
      expect(await problems({ at: [1, hour, day], calibratedAt: 2 * hour, compensate: 'columns' })).toEqual([
        expect.stringMatching(/^options\/invalid at --calibrated-at 2 h: with --compensate columns every/),
        expect.stringMatching(/^options\/invalid at --calibrated-at 2 h: readings at 1 s, 1 h lie before it/),
      ]);
      expect(await problems({ calibrate: false, calibratedAt: 0 })).toEqual([
        expect.stringMatching(/--calibrated-at 0 s: nothing is calibrated with --no-calibrate/),
      ]);
      expect(await problems({ calibratedAt: -1 })).toEqual([
        expect.stringMatching(/^read\/before-programming at --calibrated-at -1 s/),
      ]);
    });
  });
});
