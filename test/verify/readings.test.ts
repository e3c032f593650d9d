import { describe, expect, test } from 'vitest';
import { readArrays } from '../../src/chip/read.ts';
import { readingInput } from '../../src/lower/noise-pool.ts';
import { int64 } from '../../src/math/tensor.ts';
import type { Package } from '../../src/package/open.ts';
import { programChip } from '../../src/program.ts';
import { formatVerification } from '../../src/report/verify-text.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Target } from '../../src/target/target.ts';
import { conditionsOf, type WiresRead } from '../../src/verify/conditions.ts';
import { openReading, stateSpans } from '../../src/verify/read-chip.ts';
import { verify } from '../../src/verify/verify.ts';
import { raised } from '../data/files.ts';
import {
  driftFields,
  preciseCells,
  relaxationFields,
  sectionOf,
  wireFields,
} from '../support/reading-laws.ts';
import { batchOf, classes, inputs, labelsFor, memoryData, withTiny } from './tiny.ts';

const all = inputs(120);
const calibration = memoryData(all.slice(0, 20), undefined);
const samples = all.slice(20);
const data = memoryData(samples, labelsFor(samples, 80));

/** Cells of 9 to 90 uS that lose a tenth of that in a day. */
const relaxing = [...preciseCells, ...sectionOf('relaxation', relaxationFields)];
const wired = [
  ...preciseCells,
  ...sectionOf('wires', { ...wireFields, driver: '500 ohm', sense: '500 ohm' }),
];
const noisy = [
  ...preciseCells,
  ...sectionOf('logNoise', { amplitude: '3 uS', gReference: '1 uS', readTime: '1 ns' }),
];
const blinking = [
  ...preciseCells,
  ...sectionOf('telegraph', { share: 1, amplitude: 0.3, dwellHigh: '1 s', dwellLow: '1 s' }),
];
const target = 'tetramem-256-6bit';

/** The package as if it had been compiled for a target without a section. */
function withoutSection(pkg: Package, section: 'wires' | 'telegraph'): Package {
  return { ...pkg, loaded: { ...pkg.loaded, target: { ...pkg.loaded.target, [section]: undefined } } };
}

describe('times', () => {
  test('each has its accuracy, and bounds hold at the first', async () => {
    await withTiny(
      target,
      calibration,
      async (pkg, model) => {
        const report = await verify(pkg, model, data, { at: [0, 3600, 1e9], trials: 2, maxDrop: 100 });
        expect(report.readings.map(({ at, wires }) => [at, wires])).toEqual([
          [0, false],
          [3600, false],
          [1e9, false],
        ]);
        const [now, hour, long] = report.readings;
        expect(report.mapped).toEqual(now);
        expect(now!.trials.map((t) => t.top1)).toEqual(report.trials.map((t) => t.top1));
        expect(hour!.snrToIdeal as number).toBeLessThan((now!.snrToIdeal as number) - 3);
        expect(long!.snrToIdeal as number).toBeLessThan(hour!.snrToIdeal as number);
        expect(report.refresh).toEqual({ maxDrop: 100, within: 1e9 });
        expect(report.warnings.map(({ code }) => code)).toEqual(['read/time-not-covered']);
        const text = formatVerification(report);
        expect(text).toMatch(/mapped, mean of 2 trials, right after {2}/);
        expect(text).toMatch(/\n {2}after 1 h, calibrated then {2}/);
        expect(text).toMatch(/refresh: a loss of 100 points is kept up to 31\.7 y/);
        expect(report.effects.find(({ name }) => name === 'relaxation')?.applied).toBe(true);

        const alone = await verify(pkg, model, data, { at: [3600], trials: 2 });
        expect(alone.mapped).toEqual(hour);
        expect(formatVerification(alone)).toContain('mapped, mean of 2 trials, after 1 h');
      },
      relaxing,
    );
  });

  test('drift that all cells share is repaired by one factor, or by fitting the columns anew', async () => {
    await withTiny(
      target,
      calibration,
      async (pkg, model) => {
        const snrOf = async (compensate: 'none' | 'global' | 'columns', at = 1e5) =>
          (await verify(pkg, model, data, { at: [at], compensate })).mapped.snrToIdeal as number;
        const [none, global, columns] = [await snrOf('none'), await snrOf('global'), await snrOf('columns')];
        expect(global).toBeGreaterThan(none + 6);
        expect(columns).toBeGreaterThan(none + 6);
        expect(await snrOf('global', 0)).toBe(await snrOf('none', 0));

        const chip = await programChip(pkg, { seed: 1 });
        const options = { condition: { at: 1e5, wires: false }, noise: false, states: 1, threads: 1 };
        const plan = { indices: [0] };
        const { corrections } = await openReading(pkg, chip, plan, 0, {
          ...options,
          compensate: 'global',
        });
        const total = async (at: number) =>
          (await readArrays(chip, pkg.loaded.target, { at })).conductances
            .flatMap((cells) => [...cells])
            .reduce((a, b) => a + b);
        expect(corrections.gain).toBeCloseTo((await total(0)) / (await total(1e5)), 9);
        expect(corrections.gain).toBeCloseTo(1e5 ** 0.05, 1);
        expect(corrections.calibration).toBe(chip.calibration);
      },
      [...preciseCells, ...sectionOf('drift', driftFields)],
    );
  });

  test('read disturb takes its share of accuracy, and is told', async () => {
    const disturbed = [
      ...preciseCells,
      ...sectionOf('readDisturb', { change: 1e-6, towards: 'low', interval: '1 us' }),
    ];
    await withTiny(
      target,
      calibration,
      async (pkg, model) => {
        const snrOf = async (time: number, compensate: 'none' | 'global') => {
          const report = await verify(pkg, model, data, { at: [time], compensate });
          expect(report.effects.find(({ name }) => name === 'read disturb')).toMatchObject({
            applied: true,
            parameters: { 'readDisturb.change': '0.00000100', 'readDisturb.towards': 'low' },
          });
          expect(report.warnings).toEqual([]);
          return report.mapped.snrToIdeal as number;
        };
        // A fifth is lost after 223,000 pulses, from all cells alike.
        const [before, after] = [await snrOf(0, 'none'), await snrOf(0.223, 'none')];
        expect(after).toBeLessThan(before - 6);
        expect(await snrOf(0.223, 'global')).toBeGreaterThan(after + 3);
      },
      disturbed,
    );
  });

  test('before programming stops everything', async () => {
    await withTiny(target, calibration, async (pkg, model) => {
      const problems = await raised(verify(pkg, model, data, { at: [1, -5] }));
      expect(problems).toEqual([expect.stringMatching(/^read\/before-programming at --at -5 s/)]);
      const report = await verify(pkg, model, data, { at: [5] });
      expect(report.warnings.map(({ code }) => code)).toEqual(['read/nothing-changes']);
    });
  });
});

describe('wires', () => {
  test('every accuracy is given with them and without', async () => {
    await withTiny(
      target,
      calibration,
      async (pkg, model) => {
        const report = await verify(pkg, model, data, { at: [0] });
        expect(report.readings.map(({ wires }) => wires)).toEqual([true, false]);
        const [on, off] = report.readings;
        expect(off!.snrToIdeal as number).toBeGreaterThan((on!.snrToIdeal as number) + 3);
        const text = formatVerification(report);
        expect(text).toContain('mapped, 1 trial, right after, wires on');
        expect(text).toContain('  right after, wires off');

        const appliedIn = ({ effects }: typeof report) =>
          effects.find(({ name }) => name === 'wire resistance')!.applied;
        expect(appliedIn(report)).toBe(true);
        expect(appliedIn(await verify(pkg, model, data, { trials: 1, wires: 'off' }))).toBe(false);

        // Without its wires the chip is the one that is programmed for a target without any.
        const bare = withoutSection(pkg, 'wires');
        const without = await verify(bare, model, data);
        expect(off!.top1).toEqual(without.mapped.top1);
        expect(off!.snrToIdeal).toBe(without.mapped.snrToIdeal);
      },
      wired,
    );
  });

  test('conditions are listed time by time', () => {
    const without = { wires: undefined } as Parameters<typeof conditionsOf>[0];
    expect(conditionsOf(without, [0, 5, 0])).toEqual([
      { at: 0, wires: false },
      { at: 5, wires: false },
    ]);
    const wires = {} as NonNullable<Target['wires']>;
    const ways = (which?: WiresRead) => conditionsOf({ ...without, wires }, [7], which).map((c) => c.wires);
    expect([ways(), ways('both'), ways('on'), ways('off')]).toEqual([
      [true, false],
      [true, false],
      [true],
      [false],
    ]);
  });
});

describe('read noise', () => {
  test('is the same for any number of threads, and can be left out', async () => {
    await withTiny(
      target,
      calibration,
      async (pkg, model) => {
        const run = (options: object) => verify(pkg, model, data, { at: [10], batchSize: 8, ...options });
        const [one, two] = [await run({ threads: 1 }), await run({ threads: 2 })];
        expect(two.mapped).toEqual(one.mapped);
        for (const batchSize of [1, 3, 100])
          expect((await run({ batchSize })).mapped, `batches of ${batchSize}`).toEqual(one.mapped);
        const quiet = await run({ noise: false });
        expect(quiet.mapped.snrToIdeal as number).toBeGreaterThan((one.mapped.snrToIdeal as number) + 3);

        const session = await simulate(pkg, await programChip(pkg, { seed: 1 }), { conditions: { at: 10 } });
        expect(session.inputs).toEqual(['x']);
        const x = { x: batchOf(samples.slice(0, 4)) };
        const first = (await session.run(x)).logits!.data;
        expect((await session.run(x)).logits!.data).not.toEqual(first);
        // Runs count images: eight have passed.
        const feeds = { x: batchOf(samples.slice(2, 3)), [readingInput]: int64([1], [2]) };
        expect((await session.run(feeds)).logits!.data).toEqual(first.slice(2 * classes, 3 * classes));
        await session.release();
      },
      noisy,
    );
  });
});

describe('slow noise', () => {
  test('is frozen for as many images in a row', () => {
    expect(stateSpans(100, 3)).toEqual([
      { from: 0, to: 34 },
      { from: 34, to: 68 },
      { from: 68, to: 100 },
    ]);
    expect(stateSpans(100, 1)).toEqual([{ from: 0, to: 100 }]);
    expect(stateSpans(3, 8)).toHaveLength(3);
  });

  test('one state is the chip read once', async () => {
    await withTiny(
      target,
      calibration,
      async (pkg, model) => {
        const run = (noiseStates: number) => verify(pkg, model, data, { noiseStates, batchSize: 10 });
        const [one, ten] = [await run(1), await run(10)];
        const cut = await verify(pkg, model, data, { noiseStates: 10, batchSize: 7 });
        expect(cut.mapped).toEqual(ten.mapped);
        // An inference takes less than a millisecond, so hardly a state changes within these images.
        expect(ten.mapped.snrToIdeal as number).toBeCloseTo(one.mapped.snrToIdeal as number, 0);
        const calm = withoutSection(pkg, 'telegraph');
        const { mapped } = await verify(calm, model, data);
        expect(mapped.snrToIdeal as number).toBeGreaterThan((one.mapped.snrToIdeal as number) + 1);
      },
      blinking,
    );
  });
});
