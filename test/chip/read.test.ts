import { describe, expect, test } from 'vitest';
import type { Chip } from '../../src/chip/chip.ts';
import { type AlikeChips, readArrays, readAsAlike } from '../../src/chip/read.ts';
import { checkTime } from '../../src/chip/read-conditions.ts';
import { densities, varianceAt } from '../../src/conditions/cells.ts';
import { drifted } from '../../src/conditions/drift/cells.ts';
import { relaxed } from '../../src/conditions/relaxation/cells.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { openStream } from '../../src/math/random.ts';
import type { Target } from '../../src/target/target.ts';
import type { WireResistance } from '../../src/target/wires.ts';
import { effectiveConductances } from '../../src/wires/effective.ts';
import { cmoNoise, cmoRelaxation, pcmDrift } from '../support/reading-laws.ts';
import { headerOf, writeVerifyTarget } from './bench.ts';

const base: Target = { ...writeVerifyTarget, array: { rows: 12, columns: 10, arraysPerChip: 4 } };
const unformed = Math.fround(base.cell.gUnformed);

const wires: WireResistance = {
  rowSegment: 1,
  columnSegment: 2,
  driver: 5,
  sense: 3,
  sides: 'one',
  idleRows: 'grounded',
  maxDriverCurrent: 1,
  maxColumnCurrent: 1,
};
const telegraph = { share: 0.3, amplitude: 0.2, dwellHigh: 1, dwellLow: 1 };
const flicker = { amplitude: 0.05, shortest: 1e-3, longest: 1e3 };
const whole: Target = {
  ...base,
  relaxation: cmoRelaxation,
  drift: pcmDrift,
  telegraph,
  flicker,
  logNoise: cmoNoise,
  wires,
};

/** Three arrays between 20 and 80 uS; every seventh cell is unformed. */
function chipOf(seed = 1): Chip {
  const conductances = Array.from({ length: 3 }, (_, array) =>
    Float32Array.from({ length: 120 }, (__, cell) =>
      cell % 7 === 0 ? unformed : (20 + 60 * Math.abs(Math.sin(array + cell))) * 1e-6,
    ),
  );
  return {
    header: headerOf(base, 3),
    seed,
    bitstream: '',
    conductances,
    hidden: [],
    drivers: [],
    converters: new Map(),
    counters: [],
    failed: [],
    wear: { memristor: 0, fecap: 0 },
  };
}

const read = async (target: Target, ...more: readonly unknown[]) =>
  (await readArrays(chipOf(), target, ...(more as []))).conductances.map((cells) => [...cells]);

async function codesOf(promise: Promise<unknown>): Promise<string[]> {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof DiagnosticError)) throw error;
  return error.diagnostics.map(({ code, at }) => `${code} ${at}`);
}

describe('reading a chip', () => {
  test('of a target without such effects gives the programmed cells themselves', async () => {
    const chip = chipOf();
    const arrays = await readArrays(chip, base, { at: 1e6 });
    expect(arrays.conductances).toBe(chip.conductances);
    expect(arrays.variances).toBeUndefined();
  });

  test('right after programming has not drifted', async () => {
    const target = { ...base, relaxation: cmoRelaxation, drift: pcmDrift };
    expect(await read(target)).toEqual(chipOf().conductances.map((cells) => [...cells]));
  });

  test('moves every formed cell by the laws, with its own draw', async () => {
    const target = { ...base, relaxation: cmoRelaxation, drift: pcmDrift };
    const arrays = await read(target, { at: 3600 });
    const chip = chipOf();
    for (const [array, cells] of arrays.entries()) {
      const streams = ['relaxation', 'drift'].map((name) => openStream(1, name, array));
      cells.forEach((g, cell) => {
        const programmed = chip.conductances[array]![cell]!;
        if (programmed === unformed) {
          expect(g).toBe(unformed);
          return;
        }
        for (const stream of streams) stream.seek(cell);
        const after = Math.fround(relaxed(cmoRelaxation, programmed, 3600, streams[0]!.normal()));
        expect(g).toBe(Math.fround(drifted(pcmDrift, after, 3600, streams[1]!.normal())));
      });
    }
  });

  test('moves formed cells by the pulses that read them, after drift', async () => {
    const readDisturb = { change: 1e-4, towards: 'low', interval: 1 } as const;
    const target: Target = { ...base, cell: { ...base.cell, gMin: 1e-6 }, readDisturb };
    const chip = chipOf();
    for (const [array, cells] of (await read(target, { at: 1000 })).entries())
      for (const [cell, g] of cells.entries()) {
        const programmed = chip.conductances[array]![cell]!;
        const wanted = programmed === unformed ? programmed : programmed * 0.9999 ** 1000;
        expect(g).toBe(Math.fround(wanted));
      }
    expect(await read(target)).toEqual(chip.conductances.map((cells) => [...cells]));
    const drifting = await read({ ...target, drift: pcmDrift }, { at: 1000 });
    const alone = await read({ ...base, drift: pcmDrift }, { at: 1000 });
    expect(drifting[1]![3]! / alone[1]![3]!).toBeCloseTo(0.9999 ** 1000, 6);
    expect(checkTime(target, 10)).toEqual([]);
  });

  test('through wires tells chips that are alike from the first of them', async () => {
    const target = { ...base, wires };
    const group: AlikeChips = {};
    const exact = await readArrays(chipOf(), target);
    const first = chipOf();
    readAsAlike(first, group);
    expect((await readArrays(first, target)).conductances).toEqual(exact.conductances);
    expect(group.solved).toHaveLength(3);
    const changed = chipOf();
    for (const cells of changed.conductances) for (let c = 1; c < 120; c += 5) cells[c]! *= 1.1;
    const wanted = (await readArrays(changed, target)).conductances;
    const other = { ...changed, conductances: changed.conductances.map((cells) => cells.slice()) };
    readAsAlike(other, group);
    const given = (await readArrays(other, target)).conductances;
    const energy = (a: readonly Float32Array[], b: readonly Float32Array[]) =>
      a.reduce((sum, cells, n) => cells.reduce((own, g, c) => own + (g - b[n]![c]!) ** 2, sum), 0);
    expect(energy(given, wanted)).toBeGreaterThan(0);
    expect(energy(given, wanted)).toBeLessThan(0.001 * energy(wanted, exact.conductances));
  });

  test('gives the variances that the laws say', async () => {
    const target = { ...base, readNoise: { sigma: [1e-6, 0.01] }, logNoise: cmoNoise };
    const { variances, accumulated } = await readArrays(chipOf(), target, { at: 10, image: 1 });
    const { conductances } = chipOf();
    const [law] = accumulated!.laws;
    variances!.forEach((cells, array) => {
      cells.forEach((variance, cell) => {
        const g = conductances[array]![cell]!;
        const [white, density] = [varianceAt(target, 10)!, densities(target)[0]!];
        expect(variance).toBe(g === unformed ? 0 : Math.fround(white(g, g)));
        expect(law!.densities[array]![cell]).toBe(g === unformed ? 0 : Math.fround(density(g, g)));
      });
    });
    expect(law!.band).toEqual({ from: 1e-6, to: (10 + 1e-6) / 2 });
    const quiet = await readArrays(chipOf(), target, { noise: false });
    expect([quiet.variances, quiet.accumulated]).toEqual([undefined, undefined]);
  });

  test('goes through the wires last', async () => {
    const aged = await read(whole, { at: 3600, wires: false, noise: false });
    const seen = await read(whole, { at: 3600, noise: false });
    seen.forEach((cells, array) => {
      const wanted = effectiveConductances(Float32Array.from(aged[array]!), 12, 10, wires).conductances;
      expect(cells).toEqual([...Float32Array.from(wanted)]);
    });
  });

  test('is the same again, and another chip is another', async () => {
    const conditions = { at: 60, batch: 3, interval: 0.5 };
    expect(await read(whole, conditions)).toEqual(await read(whole, conditions));
    const other = await readArrays(chipOf(2), whole, conditions);
    expect(other.conductances.map((cells) => [...cells])).not.toEqual(await read(whole, conditions));
  });

  test('one effect switched off does not reshuffle another', async () => {
    const { telegraph: _, ...calm } = whole;
    const only = { ...base, telegraph };
    const conditions = { at: 60, wires: false, noise: false };
    const [with_, without, alone] = [
      await read(whole, conditions),
      await read(calm, conditions),
      await read(only, { ...conditions }),
    ];
    const programmed = chipOf().conductances;
    for (const [array, cells] of with_.entries()) {
      cells.forEach((g, cell) => {
        const factor = alone[array]![cell]! / programmed[array]![cell]!;
        expect(g / without[array]![cell]!).toBeCloseTo(factor, 5);
      });
    }
  });

  test('batches see slow noise move on by its own time', async () => {
    const target = { ...base, telegraph };
    const at = (batch: number, interval: number) => read(target, { batch, interval });
    const first = await at(0, 0);
    expect(await at(4, 0)).toEqual(first);
    expect(await at(4, 1e-9)).toEqual(first);
    expect(await at(1, 1)).not.toEqual(first);
  });
});

describe('limits', () => {
  test('a time before programming is an error', async () => {
    expect(await codesOf(readArrays(chipOf(), base, { at: -1 }))).toEqual([
      'read/before-programming --at -1 s',
    ]);
  });

  test('times, levels and laws that do not fit are warnings', () => {
    const codes = (target: Target, at: number) => checkTime(target, at).map(({ code }) => code);
    const relaxing: Target = { ...base, relaxation: cmoRelaxation };
    const within: Target = { ...relaxing, cell: { ...base.cell, gUseMin: 9e-6, gUseMax: 88e-6 } };
    expect(codes(base, 0)).toEqual([]);
    expect(codes(base, 1)).toEqual(['read/nothing-changes']);
    expect(codes(within, 3600)).toEqual([]);
    expect(codes(within, 0.5)).toEqual(['read/time-not-covered']);
    expect(codes(relaxing, 1e8)).toEqual(['read/time-not-covered', 'read/conductance-not-covered']);
    expect(checkTime(within, 1e8)[0]!.message).toContain('from 1 s to 7 d');
  });

  test('a driver or a column over its limit is named, the worst of all arrays', async () => {
    const target = { ...base, wires: { ...wires, maxDriverCurrent: 1e-6, maxColumnCurrent: 1e-6 } };
    const { warnings } = await readArrays(chipOf(), target);
    const over = chipOf().conductances.map((cells) => effectiveConductances(cells, 12, 10, wires).drivers);
    const largest = Math.max(...over.flatMap((drivers) => [...drivers]));
    expect(warnings.map(({ code }) => code)).toEqual(Array(2).fill('wires/current-over-limit'));
    expect(warnings[0]!.message).toContain(`is ${(200 * largest).toPrecision(4)} mA`);
    expect(warnings[0]!.message).toContain('3 of 3 arrays');
    expect(warnings[1]!.at).toMatch(/^array \d, column \d+$/);
    expect((await readArrays(chipOf(), target, { wires: false })).warnings).toEqual([]);
  });

  test('a column carries the rows that are driven at once', async () => {
    const { conductances } = effectiveConductances(chipOf().conductances[0]!, 12, 10, wires);
    const largest = Math.max(
      ...Array.from({ length: 10 }, (_, column) =>
        Array.from({ length: 12 }, (__, row) => conductances[row * 10 + column]!)
          .sort((a, b) => b - a)
          .slice(0, 4)
          .reduce((a, b) => a + b),
      ),
    );
    const limited = (limit: number): Target => ({
      ...base,
      driver: { ...base.driver, rowsAtOnce: 4 },
      wires: { ...wires, maxColumnCurrent: 0.2 * limit },
    });
    const first = { ...chipOf(), conductances: chipOf().conductances.slice(0, 1) };
    const warnings = async (limit: number) =>
      (await readArrays({ ...first, conductances: [...first.conductances] }, limited(limit))).warnings;
    expect(await warnings(largest * 1.001)).toEqual([]);
    expect(await warnings(largest * 0.999)).toHaveLength(1);
  });
});
