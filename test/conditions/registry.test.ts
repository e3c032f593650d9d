/** A new condition is a model and its cells: chip, target and reports find it in the registries. */
import { describe, expect, test } from 'vitest';
import type { Chip } from '../../src/chip/chip.ts';
import { readArrays } from '../../src/chip/read.ts';
import { checkTime } from '../../src/chip/read-conditions.ts';
import { cells } from '../../src/conditions/cells.ts';
import { models } from '../../src/conditions/models.ts';
import { effectsOf } from '../../src/target/effects.ts';
import { loadTarget } from '../../src/target/load.ts';
import { readsAlike } from '../../src/target/reads-alike.ts';
import { fieldsOfTarget, targetFields } from '../../src/target/schema.ts';
import { headerOf } from '../chip/bench.ts';
import { raised } from '../data/files.ts';
import { sectionOf } from '../support/reading-laws.ts';
import { withLeak } from '../support/toy-condition.ts';

const leak = (rate: number) => sectionOf('leak', { rate, longest: '1 ks' });

test('every model has its cells', () => {
  expect(Object.keys(cells)).toEqual(Object.keys(models));
});

describe('a condition that is registered', () => {
  test('changes what a chip reads', () =>
    withLeak(async () => {
      const { target } = await loadTarget('ideal', leak(0.001));
      const chip: Chip = {
        header: headerOf(target, 1),
        seed: 1,
        bitstream: '',
        conductances: [Float32Array.of(0, 4e-6, 8e-6, 1e-6)],
        hidden: [],
        drivers: [],
        converters: new Map(),
        counters: [],
        failed: [],
        wear: { memristor: 0, fecap: 0 },
      };
      const read = async (at: number) => [...(await readArrays(chip, target, { at })).conductances[0]!];
      expect(await read(0)).toEqual([...chip.conductances[0]!]);
      expect(await read(500)).toEqual([...Float32Array.of(0, 2e-6, 4e-6, 0.5e-6)]);
      expect(await read(1e6)).toEqual([0, 0, 0, 0]);
      expect(readsAlike(target)).toBe(false);
    }));

  test('is a section of target files, with its checks', () =>
    withLeak(async () => {
      const { target } = await loadTarget('ideal', leak(0.5));
      expect(target).toMatchObject({ leak: { rate: 0.5, longest: 1000 } });
      const fields = fieldsOfTarget(target).map(({ field }) => field);
      expect(fields.filter((field) => field.startsWith('leak.'))).toEqual(['leak.rate', 'leak.longest']);
      expect(await raised(loadTarget('ideal', leak(-1)))).toEqual([
        'options/invalid at --set leak.rate=-1: cells do not leak in',
      ]);
    }));

  test('is a line of reports, and off where its section is absent', () =>
    withLeak(async () => {
      const lines = async (set: readonly string[]) =>
        effectsOf((await loadTarget('ideal', set)).target, true).filter(({ name }) => name === 'leak');
      const law = 'G(t) = G (1 - rate t)';
      const parameters = { 'leak.rate': '0.5 / s', 'leak.longest': '1 ks' };
      expect(await lines(leak(0.5))).toEqual([{ name: 'leak', applied: true, parameters, law }]);
      expect(await lines([])).toEqual([{ name: 'leak', applied: false, parameters: {}, law }]);
    }));

  test('says for which times it was measured', () =>
    withLeak(async () => {
      const { target } = await loadTarget('ideal', leak(0.5));
      expect(checkTime(target, 10)).toEqual([]);
      expect(checkTime(target, 1001).map(({ code }) => code)).toEqual(['read/time-not-covered']);
    }));

  test('is unknown afterwards', async () => {
    expect(targetFields('exact').some(({ field }) => field.startsWith('leak'))).toBe(false);
    const { target } = await loadTarget('ideal');
    expect(checkTime(target, 10).map(({ code }) => code)).toEqual(['read/nothing-changes']);
    expect(readsAlike(target)).toBe(true);
  });
});
