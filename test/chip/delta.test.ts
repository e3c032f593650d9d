/** Deltas: a saved chip of one package becomes a chip of the next, and goes on from where it was. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import { deltaOf } from '../../src/bitstream/delta.ts';
import { printInstruction } from '../../src/bitstream/disassemble.ts';
import { applyDelta } from '../../src/chip/apply-delta.ts';
import type { Chip } from '../../src/chip/chip.ts';
import { executeBitstream as execute } from '../../src/chip/execute.ts';
import { loadChip } from '../../src/chip/load.ts';
import { saveChip } from '../../src/chip/save.ts';
import { compiledOf } from '../../src/compile/compiled-of.ts';
import { replaceLayers } from '../../src/compile/replace-layers.ts';
import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import { placeIn } from '../../src/files/files.ts';
import type { Compiled } from '../../src/ir/compiled.ts';
import type { ArrayProgram, Instruction } from '../../src/ir/schedule.ts';
import { deltaFile } from '../../src/package/manifest.ts';
import { openPackage, type Package } from '../../src/package/open.ts';
import { writePackage } from '../../src/package/write.ts';
import { programChip, programOnto } from '../../src/program.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { drawFeeds } from '../support/build.ts';
import { compileTrainable, moved, noSpreads } from '../support/trained.ts';
import { asSaved, headerOf, loaded, options, transferAll, transferTarget } from './bench.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-delta-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, compiled: Compiled, deltaFrom?: Package): Promise<Package> {
  const place = join(folder, name);
  await writePackage(compiled, place, deltaFrom ? { deltaFrom } : {});
  return openPackage(place);
}

/** Three packages, each trained on from the one before. */
async function trainedTwice(
  kind: string,
  overrides: readonly string[],
  options: Parameters<typeof compileTrainable>[1] = {},
): Promise<readonly [Package, Package, Package]> {
  // Steps of converters that make up for wires change with the levels that the wires see.
  const compiled = await compileTrainable(overrides, { wireCorrection: 'none', ...options });
  const zero = await write(`${kind}-0`, compiled);
  const one = await write(`${kind}-1`, await replaceLayers(compiled, [moved(compiled, 'h', 0.4, 1)]), zero);
  const back = await compiledOf(one);
  const layers = ['h', 'logits'].map((output) => moved(back, output, 0.3, 2));
  return [zero, one, await write(`${kind}-2`, await replaceLayers(back, layers), one)];
}

const seed = { seed: 5, keepHistory: true };

async function saved(chip: Chip, name: string): Promise<Chip> {
  await saveChip(chip, join(folder, name));
  return loadChip(join(folder, name));
}

const levelsOf = (chip: Chip) => chip.history!.map(({ levels }) => levels);

async function instructionsOf(pkg: Package): Promise<readonly ArrayProgram[]> {
  return decodeBytes(await readFile(placeIn(pkg.files, deltaFile)), deltaFile).programs;
}

describe('a delta on the saved old chip', () => {
  it.each([
    ['exact', {}],
    // Weights of three bits take every second level before training.
    ['coarse', { weightBits: 3 }],
  ])(
    'gives the new chip: hidden integers, levels, converters, and without spreads every conductance (%s)',
    async (kind, options) => {
      const packages = await trainedTwice(kind, noSpreads, options);
      let chip = await saved(await programChip(packages[0], seed), `${kind}-chip-0`);
      for (const [i, pkg] of packages.slice(1).entries()) {
        chip = await saved(await programOnto(pkg, chip), `${kind}-chip-${i + 1}`);
        const fresh = await programChip(pkg, seed);
        expect(chip.bitstream).toBe(pkg.bitstream);
        expect(chip.hidden).toEqual(fresh.hidden);
        expect(levelsOf(chip)).toEqual(levelsOf(fresh));
        expect(chip.conductances.map((g) => new Float32Array(g))).toEqual(
          fresh.conductances.map((g) => new Float32Array(g)),
        );
        expect(chip.converters).toEqual(fresh.converters);
        expect(chip.drivers).toEqual(fresh.drivers);
        expect(chip.calibration).toEqual(fresh.calibration);
        const x = drawFeeds(pkg.host.inputs, 3, -1, 1, 4);
        const run = async (which: Chip) => (await (await simulate(pkg, which)).run(x)).logits;
        expect(await run(chip)).toEqual(await run(fresh));
      }
    },
  );

  it('with spreads changes the transferred cells alone, and draws each of them anew', async () => {
    const [zero, one, two] = await trainedTwice('spread', []);
    const before = await saved(await programChip(zero, seed), 'spread-chip-0');
    const after = await programOnto(one, before);
    const fresh = await programChip(one, seed);
    expect(after.hidden).toEqual(fresh.hidden);
    expect(levelsOf(after)).toEqual(levelsOf(fresh));
    let [kept, changed] = [0, 0];
    for (const [array, levels] of levelsOf(after).entries()) {
      const was = before.history![array]!.levels;
      const [now, then] = [after.conductances[array]!, before.conductances[array]!];
      for (let cell = 0; cell < levels.length; cell += 2) {
        const same = levels[cell] === was[cell] && levels[cell + 1] === was[cell + 1];
        if (same) kept++;
        else changed++;
        expect(now[cell] === then[cell] && now[cell + 1] === then[cell + 1]).toBe(same);
        // A transfer is the cell's next operation: its draws are not those of the first.
        const events = after.history![array]!.operations[cell]! - before.history![array]!.operations[cell]!;
        expect(events).toBe(same ? 0 : 1);
        if (!same)
          expect(
            now[cell] === fresh.conductances[array]![cell] &&
              now[cell + 1] === fresh.conductances[array]![cell + 1],
          ).toBe(false);
      }
    }
    expect(changed).toBeGreaterThan(10);
    expect(kept).toBeGreaterThan(10 * changed);
    // In two steps or in one process: saving and loading lose nothing, and a second delta goes on.
    const second = await programOnto(two, await saved(after, 'spread-chip-1'), { threads: 2 });
    expect(second).toEqual(await programOnto(two, after));
    expect(second.hidden).toEqual((await programChip(two, seed)).hidden);
  });

  it('counts on: writes of changed bits, transfers of changed digits, cycles, time and energy', async () => {
    const [zero, one] = [join(folder, 'exact-0'), join(folder, 'exact-1')].map((place) => openPackage(place));
    const before = await programChip(await zero!, seed);
    const after = await programOnto(await one!, before);
    const bits = (h: number) => (h < 0 ? 512 : 0) | Math.abs(h);
    const ones = (value: number) => value.toString(2).replaceAll('0', '').length;
    const digit = (h: number) => Math.trunc(h / 64);
    let [switched, transferred, set, restored] = [0, 0, 0, 0];
    for (const [array, now] of after.hidden.entries()) {
      for (const [i, h] of now.entries()) {
        const was = before.hidden[array]![i]!;
        switched += ones(bits(h) ^ bits(was));
        if (digit(h) === digit(was)) continue;
        transferred++;
        set += digit(h) === 0 ? 0 : 1;
        restored += ones(bits(h) & 0b1111000000);
      }
    }
    const sum = (chip: Chip, field: keyof Chip['counters'][0]) =>
      chip.counters.reduce((total, counters) => total + counters[field], 0);
    const more = (field: keyof Chip['counters'][0]) => sum(after, field) - sum(before, field);
    expect(transferred).toBeGreaterThan(10);
    expect(more('transfers')).toBe(transferred);
    expect(more('fecapWrites')).toBe(switched + restored);
    expect(more('setPulses')).toBe(set);
    expect(more('resetPulses')).toBe(2 * transferred);
    expect([more('formed'), more('wakeUpCycles')]).toEqual([0, 0]);
    const { programming, hidden } = (await one!).loaded.target;
    if (programming.scheme !== 'transfer' || !hidden) throw new Error('no transfers');
    expect(more('energy')).toBeCloseTo(
      (switched + restored) * hidden.writeEnergy +
        2 * transferred * programming.resetEnergy +
        set * programming.setEnergy,
      18,
    );
    expect(after.wear.memristor).toBe(before.wear.memristor + 1);
    expect(after.wear.fecap).toBeGreaterThan(before.wear.fecap);
    expect(
      before.history!.every(({ cycles }, array) =>
        cycles.every((c, i) => c <= after.history![array]!.cycles[i]!),
      ),
    ).toBe(true);
  });

  it('holds what changes alone', async () => {
    const one = await openPackage(join(folder, 'exact-1'));
    const programs = await instructionsOf(one);
    const all = programs.flatMap(({ instructions }) => instructions);
    const layer = one.layers.find(({ output }) => output === 'h')!;
    expect(new Set(programs.map(({ array }) => array))).toEqual(
      new Set(layer.tiles.map(({ array }) => array)),
    );
    expect(new Set(all.map(({ op }) => op))).toEqual(new Set(['write-hidden', 'transfer']));
    const written = all.reduce((sum, i) => sum + (i.op === 'write-hidden' ? i.values.length : 0), 0);
    const before = await programChip(await openPackage(join(folder, 'exact-0')), seed);
    const after = await programChip(one, seed);
    const different = after.hidden.reduce(
      (sum, h, array) => sum + h.filter((v, i) => v !== before.hidden[array]![i]).length,
      0,
    );
    expect(written).toBe(different);
    // Inputs of both signs leave the ranges of the first layer symmetric; those of the second have moved.
    const two = await openPackage(join(folder, 'exact-2'));
    const moving = two.layers.find(({ output }) => output === 'logits')!.tiles.map(({ block }) => block);
    const settings = (await instructionsOf(two)).flatMap(({ instructions }) =>
      instructions.flatMap((i) => (i.op === 'converter' ? [i.block] : [])),
    );
    expect(settings.length).toBeGreaterThan(0);
    for (const block of settings) expect(moving).toContain(block);
  });

  it('nothing where nothing changed', async () => {
    const zero = await openPackage(join(folder, 'exact-0'));
    const same = await write('exact-same', await compiledOf(zero), zero);
    expect(await instructionsOf(same)).toEqual([]);
    const chip = await programChip(zero, seed);
    const after = await programOnto(same, chip);
    expect(after).toEqual(chip);
  });
});

describe('deltas by hand', () => {
  const plane = { bits: 10, transferBits: 3 };
  const program = (array: number, hiddenOf: (row: number, pair: number) => number) =>
    transferAll(transferTarget, array, hiddenOf);
  const delta = async (before: readonly ArrayProgram[], after: readonly ArrayProgram[]) => {
    const programs: ArrayProgram[] = [];
    for await (const p of deltaOf(before, after, plane)) programs.push(p);
    return programs;
  };

  it('a change below the transferred bits needs no transfer, and neither does the sign of a digit 0', async () => {
    const before = [program(0, () => 40), program(1, () => 100)];
    const after = [
      program(0, (row, pair) => (row === 2 && pair < 2 ? -50 : 40)),
      program(1, (row, pair) =>
        row === 3 && pair === 1 ? -100 : row === 4 && pair === 1 ? 127 : row === 5 && pair === 1 ? 128 : 100,
      ),
    ];
    const changes = await delta(before, after);
    const printed = changes.map(({ array, instructions }) => [array, ...instructions.map(printInstruction)]);
    expect(printed).toEqual([
      [0, 'write-hidden row=2 pair=0 values=-50,-50'],
      [
        1,
        'write-hidden row=3 pair=1 values=-100',
        'write-hidden row=4 pair=1 values=127',
        'write-hidden row=5 pair=1 values=128',
        'transfer pair=1 firstRow=3 endRow=4',
        'transfer pair=1 firstRow=5 endRow=6',
      ],
    ]);
  });

  it('any hidden integers become any others, one delta after the other', async () => {
    const target = { ...transferTarget, array: { rows: 3, columns: 4, arraysPerChip: 1 } };
    const header = headerOf(target, 1);
    const integers = fc.array(fc.integer({ min: -511, max: 511 }), { minLength: 6, maxLength: 6 });
    const of = (values: readonly number[]) => transferAll(target, 0, (row, pair) => values[2 * row + pair]!);
    const keep = { ...options, keepHistory: true };
    await fc.assert(
      fc.asyncProperty(fc.array(integers, { minLength: 2, maxLength: 4 }), async (steps) => {
        let chip = await execute(header, [of(steps[0]!)], loaded(target), keep);
        for (const [i, values] of steps.slice(1).entries()) {
          const changes = await delta([of(steps[i]!)], [of(values)]);
          chip = await applyDelta(chip, { ...header, base: chip.bitstream }, changes, loaded(target), keep);
          const fresh = await execute(header, [of(values)], loaded(target), keep);
          expect(chip.hidden).toEqual(fresh.hidden);
          expect(levelsOf(chip)).toEqual(levelsOf(fresh));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('programs of other cells are no delta', async () => {
    const whole = program(0, () => 40);
    const without = { ...whole, instructions: whole.instructions.slice(1) };
    const other = {
      ...whole,
      instructions: whole.instructions.map(
        (i): Instruction => (i.op === 'wake-up' && i.row === 1 ? { ...i, cycles: 7 } : i),
      ),
    };
    for (const [before, after] of [
      [[whole], [without]],
      [[whole], [other]],
      [[whole], []],
      [[], [whole]],
      [[whole], [{ ...whole, array: 1 }]],
    ] as const)
      await expect(delta(before, after)).rejects.toThrow(InternalError);
  });

  it('a chip that keeps no history, another chip and a program that is no delta are refused, with the hashes', async () => {
    const header = headerOf(transferTarget, 1);
    const chip = await execute(header, [program(0, () => 100)], loaded(transferTarget), options);
    const base = chip.bitstream;
    const apply = (onto: Chip, given: typeof header & { base?: string }) =>
      applyDelta(onto, given, [], loaded(transferTarget), { bitstream: 'ef'.repeat(32) });
    const refused = (message: string) => ({
      diagnostics: [{ code: 'delta/not-applicable', exit: 37, message: expect.stringContaining(message) }],
    });
    await expect(apply(chip, { ...header, base })).rejects.toMatchObject(refused('saved without'));
    const keeping = await execute(header, [program(0, () => 100)], loaded(transferTarget), {
      ...options,
      keepHistory: true,
    });
    expect((await apply(keeping, { ...header, base })).bitstream).toBe('ef'.repeat(32));
    const other = '12'.repeat(32);
    await expect(apply(keeping, { ...header, base: other })).rejects.toMatchObject(
      refused(`${other}, and this one has ${base}`),
    );
    await expect(apply(keeping, header)).rejects.toMatchObject(refused('no delta'));
    await expect(apply(keeping, { ...header, base, arrays: 2 })).rejects.toMatchObject(refused('2 arrays'));
    await expect(apply(keeping, { ...header, base, fingerprint: other })).rejects.toMatchObject({
      diagnostics: [{ code: 'bitstream/wrong-target' }],
    });
    await expect(
      execute({ ...header, base }, [program(0, () => 100)], loaded(transferTarget), options),
    ).rejects.toMatchObject({ diagnostics: [{ code: 'chip/cannot-execute' }] });
  });

  it('the pulses of all programs count against the endurance', async () => {
    const target = { ...transferTarget, faults: { stuckLow: 0, stuckHigh: 0, endurance: 2, spent: 0 } };
    const header = headerOf(target, 1);
    const chip = await execute(header, [program(0, () => 100)], loaded(target), {
      ...options,
      keepHistory: true,
    });
    const step = async (onto: Chip, value: number) =>
      applyDelta(
        onto,
        { ...header, base: onto.bitstream },
        await delta([program(0, () => 100)], [program(0, () => value)]),
        loaded(target),
        { bitstream: onto.bitstream },
      );
    await expect(step(chip, 300)).rejects.toMatchObject({ diagnostics: [{ code: 'wear/endurance-spent' }] });
    const wider = { ...target, faults: { ...target.faults, endurance: 3 } };
    const once = await applyDelta(
      chip,
      { ...headerOf(wider, 1), base: chip.bitstream },
      await delta([program(0, () => 100)], [program(0, () => 300)]),
      loaded(wider),
      { bitstream: chip.bitstream },
    );
    expect(once.wear.memristor).toBe(3);
  });
});

describe('a saved chip', () => {
  it('without history loads; a damaged one is refused', async () => {
    const chip = await programChip(await openPackage(join(folder, 'exact-0')), seed);
    const place = join(folder, 'without-history');
    const back = await saved(chip, 'without-history');
    expect(back).toEqual({
      ...asSaved(chip),
      conductances: chip.conductances.map((g) => new Float32Array(g)),
    });
    const json = JSON.parse(await readFile(join(place, 'chip.json'), 'utf8')) as {
      files: Record<string, unknown>;
    };
    const bytes = await readFile(join(place, 'level-codes.npy'));
    await writeFile(join(place, 'level-codes.npy'), bytes.fill(9, 128, 132));
    await expect(loadChip(place)).rejects.toMatchObject({
      diagnostics: [{ code: 'chip/unreadable', message: expect.stringContaining('level-codes.npy') }],
    });
    for (const file of [
      'cell-operations.npy',
      'cell-cycles.npy',
      'level-codes.npy',
      'formed.npy',
      'fecap-writes.npy',
      'wake-ups.npy',
    ])
      delete json.files[file];
    await writeFile(join(place, 'chip.json'), JSON.stringify(json));
    const { history: _, ...without } = back;
    expect(await loadChip(place)).toEqual(without);
  });
});
