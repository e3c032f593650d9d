/** What is expected of a mapping through its wires is what programmed chips show; and what the compiler then chooses. */
import { describe, expect, test } from 'vitest';
import { codedArrays } from '../../passes/program/array-codes.ts';
import { compile } from '../../src/compile/compile.ts';
import { expectRemedies } from '../../src/compile/expect-remedies.ts';
import { compileWarnings } from '../../src/compile/warnings.ts';
import type { Remedy } from '../../src/ir/expected-signal.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { programChip } from '../../src/program.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { formatTotals } from '../../src/report/compile-table.ts';
import { levelStepOf } from '../../src/target/cell.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { LoadedTarget, Target } from '../../src/target/target.ts';
import { loaded } from '../chip/bench.ts';
import { withPackage } from '../support/build.ts';
import { inputs, memoryData, tinyModel } from '../verify/tiny.ts';
import { snrsAlone } from './layer-alone.ts';

const model = tinyModel();
const data = memoryData(inputs(60), undefined);
const small = ['array.rows=16', 'array.columns=32', 'driver.rowsAtOnce=16'];
/** Cells that no pulse moves are rare and err most: what is expected of few cells is the mean of many good chips and a bad one. */
const movable = 'programming.unresponsive=0';
const tetramem = (await loadTarget('tetramem-256-6bit', [...small, movable])).target;
const pcm = (await loadTarget('pcm-256', [...small, 'cell.encoding=offset'])).target;

/** Every segment, driver and sense of so many ohm; lines that stand an ampere, unless a column stands less. */
const behind = (target: Target, ohm: number, sides: 'one' | 'two' = 'one', maxColumnCurrent = 1) =>
  loaded({
    ...target,
    wires: {
      ...target.wires!,
      ...{ rowSegment: ohm, columnSegment: ohm, driver: ohm, sense: ohm, sides },
      ...{ maxDriverCurrent: 1, maxColumnCurrent },
    },
  });

async function compileFor(target: ReturnType<typeof loaded>, given: Parameters<typeof parseOptions>[0]) {
  const samples = spreadSamples(data, fedInputs(model.graph, model.file), 60);
  return compile(model, target, parseOptions(given), { kind: 'samples', samples });
}

const explicit = { wireCorrection: 'none', rowOrder: 'given', copies: 1 } as const;

describe('the signal that is expected of a layer', () => {
  test.each([
    ['tetramem', behind(tetramem, 1), { ...explicit }],
    ['tetramem, gains', behind(tetramem, 4), { ...explicit, wireCorrection: 'gains' }],
    ['tetramem, levels', behind(tetramem, 4), { ...explicit, wireCorrection: 'levels', window: 0.3 }],
    [
      'tetramem, two sides',
      behind(tetramem, 4, 'two'),
      { ...explicit, wireCorrection: 'gains', window: 0.3 },
    ],
    ['tetramem, far too much', behind(tetramem, 40), { ...explicit }],
    ['pcm beside a reference column', behind(pcm, 20), { ...explicit }],
    ['pcm, gains', behind(pcm, 200), { ...explicit, wireCorrection: 'gains' }],
  ] as const)('is what chips leave of it: %s', async (_, target, options) => {
    const compiled = await compileFor(target, options);
    await withPackage(compiled, async (pkg) => {
      const measured = await Promise.all(
        (_.startsWith('pcm') ? [1, 2] : [1, 2, 3, 4]).map(async (seed) =>
          snrsAlone(pkg, await programChip(pkg, { seed, threads: 1 }), { at: 1, noise: true }),
        ),
      );
      for (const { layer, snr } of compiled.expected!.layers) {
        const mean = measured.reduce((sum, snrs) => sum + snrs[layer]! / measured.length, 0);
        expect(Math.abs(snr - mean)).toBeLessThan(2);
      }
    });
  });

  test('falls as resistances grow, from what it is without any', async () => {
    let before = Number.POSITIVE_INFINITY;
    for (const ohm of [0, 0.3, 1, 3, 10]) {
      const { expected } = await compileFor(behind(tetramem, ohm), explicit);
      const { snr, unwired } = expected!.layers[0]!;
      if (ohm === 0) expect(snr).toBeCloseTo(unwired, 9);
      expect(snr).toBeLessThan(before);
      before = snr;
    }
  });
});

describe('wireCorrection: auto', () => {
  test('does nothing about wires of hardly any resistance, or none', async () => {
    for (const target of [behind(tetramem, 0.001), loaded({ ...tetramem, wires: undefined })]) {
      const { options, loaded: used } = await compileFor(target, {});
      expect(options).toMatchObject({ wireCorrection: 'none', rowOrder: 'given' });
      expect(options.window).toBeUndefined();
      expect(used.target.cell.gUseMax).toBe(tetramem.cell.gUseMax);
    }
  });

  test('takes what is expected to help, and says what that leaves', async () => {
    const { options, summary } = await compileFor(behind(tetramem, 10), {});
    const { taken, tried } = summary.wireChoice!;
    expect(options).toMatchObject(taken.remedy);
    expect(taken.remedy.wireCorrection).not.toBe('none');
    expect(tried[0]!.remedy.wireCorrection).toBe('none');
    expect(taken.snr).toBeGreaterThan(tried[0]!.snr + 6);
    expect(taken.snr).toBeGreaterThan(Math.max(...tried.map(({ snr }) => snr)) - 1.001);
  });

  test('leaves alone what is given', async () => {
    const { options, summary } = await compileFor(behind(tetramem, 10), { window: 0.5, rowOrder: 'given' });
    expect(options).toMatchObject({ window: 0.5, rowOrder: 'given' });
    expect(summary.wireChoice!.tried.every(({ remedy }) => remedy.window === 0.5)).toBe(true);
  });

  test.each([
    [0.001, 1.5e-3],
    [10, 0.4e-3],
  ])('asks no line for more than it stands: %f ohm, %f A', async (ohm, limit) => {
    const target = behind(tetramem, ohm, 'one', limit);
    const { summary, options, mapping, loaded: used } = await compileFor(target, {});
    expect(summary.wireChoice!.taken.over).toBe(0);
    // By Ohm's law, cell by cell: no wire adds to a current.
    const { cell, driver } = used.target;
    for (const { codes } of codedArrays(mapping, used.target)) {
      for (let column = 0; column < 32; column++) {
        for (let end = 16; end > 0; end -= driver.rowsAtOnce) {
          let sum = 0;
          for (let row = Math.max(0, end - driver.rowsAtOnce); row < end; row++) {
            const code = codes[row * 32 + column]!;
            if (code >= 0) sum += driver.vRead * (cell.gUseMin + code * levelStepOf(cell));
          }
          expect(sum).toBeLessThanOrEqual(limit);
        }
      }
    }
    // What a column could add up to with the largest weights is more, in any window that is worth it.
    expect((options.rowsAtOnce ?? 16) * driver.vRead * cell.gUseMax).toBeGreaterThan(limit);
  });

  test('takes what the signal asks for where nothing is within the limits, and says that', async () => {
    const { summary } = await compileFor(behind(tetramem, 10, 'one', 1e-9), {});
    const { taken } = summary.wireChoice!;
    expect(taken.over).toBe(taken.arrays);
    expect(taken.remedy.wireCorrection).not.toBe('none');
    const totals = formatTotals(summary, behind(tetramem, 10), '');
    expect(totals).toContain('no window and fill keep every line within its limit');
  });

  test('fills less where that brings more than copies would', async () => {
    const { summary } = await compileFor(behind(tetramem, 400), {});
    const { taken, tried } = summary.wireChoice!;
    const filled = ({ rowsAtOnce, columnsUsed }: Remedy) =>
      rowsAtOnce !== undefined || columnsUsed !== undefined;
    const whole = tried.filter(({ remedy }) => !filled(remedy));
    expect(filled(taken.remedy)).toBe(true);
    const best = whole.toSorted((a, b) => b.snr - a.snr)[0]!;
    const more = Math.max(taken.arrays / best.arrays, taken.conversions / best.conversions);
    expect(taken.snr - 10 * Math.log10(more)).toBeGreaterThan(best.snr);
  });

  test('settles options that lead to the same package when they are compiled once more', async () => {
    const target = behind(tetramem, 10);
    const first = await compileFor(target, {});
    const again = await compile(model, target, first.options, { kind: 'record', record: first.record });
    expect(again.options).toEqual(first.options);
    expect([...again.schedule()]).toEqual([...first.schedule()]);
  });

  test('finds what single estimates say', async () => {
    const target = behind(tetramem, 10);
    const compiled = await compileFor(target, {});
    const { tried } = compiled.summary.wireChoice!;
    const remedies = tried.map(({ remedy }) => remedy);
    expect(await expectRemedies(compiled, target, remedies)).toEqual(tried);
  });
});

describe('wires/mapping-useless', () => {
  const warned = async (target: LoadedTarget) => {
    const warnings = await compileWarnings(await compileFor(target, explicit), target);
    return warnings.filter(({ code }) => code === 'wires/mapping-useless');
  };

  test('says before a chip is programmed that nothing will be left, and what would help', async () => {
    const [warning] = await warned(behind(tetramem, 40));
    expect(warning!.at).toMatch(/first|second/);
    expect(warning!.message).toMatch(/of [12] of 2 layers hardly any signal is left/);
    expect(warning!.notes.join()).toMatch(/`wireCorrection: auto` .* dB on average .*window/);
  });

  test('is not said of wires that leave the signal', async () => {
    expect(await warned(behind(tetramem, 0.3))).toEqual([]);
  });
});
