/** Digits are stored as often as the errors of all layers together ask for, as options and arrays allow. */
import { describe, expect, test } from 'vitest';
import { layerEstimates } from '../../src/compile/expect-layer.ts';
import type { parseOptions } from '../../src/ir/options.ts';
import { formatLayers, formatTotals } from '../../src/report/compile-table.ts';
import { loadTarget } from '../../src/target/load.ts';
import { loaded } from '../chip/bench.ts';
import { compileModel, drawFeeds, withPackage } from '../support/build.ts';
import { tinyModel } from '../verify/tiny.ts';

const model = tinyModel();
const feeds = Array.from({ length: 40 }, (_, seed) => drawFeeds(model.graph.inputs, seed + 1));
const { target: pcm } = await loadTarget('pcm-256', [
  'array.rows=64',
  'array.columns=64',
  'driver.rowsAtOnce=64',
]);
/** A seventh of the window, so that cells err seven times as much against it. */
const noisy = loaded({ ...pcm, wires: undefined, cell: { ...pcm.cell, gUseMax: 3.6e-6 } });
const exact = await loadTarget('ideal');

const compileFor = (options: Parameters<typeof parseOptions>[0], target = noisy) =>
  compileModel(model, target, feeds, options);
const stored = ({ mapping }: Awaited<ReturnType<typeof compileFor>>) =>
  mapping.layers.map(({ copies, repeats }) => [copies, repeats]);
/** Expected of all layers when they are read then. */
async function errorAt(at: number, compiled: Awaited<ReturnType<typeof compileFor>>, target = noisy) {
  const estimate = layerEstimates(compiled, target);
  const all = await Promise.all(compiled.mapping.layers.map((_, layer) => estimate(layer, { at })));
  return all.reduce((sum, { snr }) => sum + 10 ** (-snr / 10), 0);
}
const day = 86_400;

describe('copies: auto', () => {
  test('stores digits until errors add up to 0.05 of the signals, rows first', async () => {
    const [once, chosen] = await Promise.all([compileFor({ copies: 1 }), compileFor({})]);
    const { copiesWorth } = chosen.summary;
    expect(once.summary.copiesWorth).toBeUndefined();
    expect(copiesWorth!.once).toBeCloseTo(await errorAt(day, once), 1);
    expect(copiesWorth!.once).toBeGreaterThan(0.15);
    expect(copiesWorth!.error).toBeLessThanOrEqual(0.05);
    expect((await errorAt(day, chosen)) / copiesWorth!.error).toBeCloseTo(1, 0);
    // 12 and 16 rows leave room for 5 and 4 in 64, as many cells as copies and no conversions.
    for (const [copies, repeats] of stored(chosen)) {
      expect(repeats).toBeLessThanOrEqual(5);
      if (copies! > 1) expect(repeats).toBeGreaterThan(1);
    }
    expect(
      stored(chosen)
        .flat()
        .some((count) => count > 1),
    ).toBe(true);
    const step = stored(chosen).map(([copies, repeats]) => copies! * repeats!);
    expect(copiesWorth!.error).toBeGreaterThan(0.05 * (1 - 1 / Math.min(...step.filter((n) => n > 1))));
    expect(formatTotals(chosen.summary, noisy, '')).toMatch(
      /copies: errors .* add up to 0\.0\d of their signals/,
    );
    expect(formatLayers(chosen.summary)).toMatch(/1( x\d)? \/\d/);
  });

  test('goes on to 0.02 while cells are at most three times those of every digit once', async () => {
    const among = (gUseMax: number) => loaded({ ...noisy.target, cell: { ...noisy.target.cell, gUseMax } });
    const growth = async (target: ReturnType<typeof loaded>) => {
      const [once, chosen] = await Promise.all([compileFor({ copies: 1 }, target), compileFor({}, target)]);
      return { ...chosen.summary.copiesWorth!, cells: chosen.summary.cells / once.summary.cells };
    };
    // Three times the cells of both layers, and no cell more.
    const bounded = await growth(among(8e-6));
    expect(bounded.cells).toBe(3);
    expect(bounded.error).toBeGreaterThan(0.02);
    expect(bounded.error).toBeLessThan(0.05);
    const reached = await growth(among(13e-6));
    expect(reached.once).toBeLessThan(0.05);
    expect(reached.error).toBeLessThanOrEqual(0.02);
    expect(reached.cells).toBeLessThan(3);
  });

  test('is for a second after programming where a day is out of reach', async () => {
    const target = loaded({ ...noisy.target, cell: { ...noisy.target.cell, gUseMax: 2.6e-6 } });
    const [once, chosen] = await Promise.all([compileFor({ copies: 1 }, target), compileFor({}, target)]);
    const { copiesWorth } = chosen.summary;
    expect(copiesWorth!.once).toBeCloseTo(await errorAt(1, once, target), 1);
    expect(copiesWorth!.error).toBeLessThanOrEqual(0.05);
    expect(await errorAt(1, chosen, target)).toBeLessThan(0.06);
    expect(await errorAt(day, chosen, target)).toBeGreaterThan(0.06);
  });

  test('takes copies where rows may not be repeated, and leaves layers alone whose copies are given', async () => {
    const chosen = await compileFor({ repeats: 1, layers: [{ match: 'first', copies: 1 }] });
    expect(stored(chosen)[0]).toEqual([1, 1]);
    expect(stored(chosen)[1]![0]).toBeGreaterThan(1);
    const given = await compileFor({ copies: 3, repeats: 1 });
    expect(stored(given)).toEqual([
      [3, 1],
      [3, 1],
    ]);
    expect(given.summary.copiesWorth).toBeUndefined();
  });

  test('stays within the arrays that may be used', async () => {
    const small = { ...noisy.target.array, rows: 32, columns: 32 };
    const target = loaded({
      ...noisy.target,
      array: small,
      driver: { ...noisy.target.driver, rowsAtOnce: 32 },
    });
    const many = await compileFor({ repeats: 1 }, target);
    const arrays = many.mapping.arrays - 1;
    const few = await compileFor({ repeats: 1, arrays }, target);
    expect(arrays).toBeGreaterThan(many.summary.copiesWorth!.arraysOnce);
    expect(few.mapping.arrays).toBeLessThanOrEqual(arrays);
    expect(few.summary.copiesWorth!.error).toBeGreaterThan(many.summary.copiesWorth!.error);
  });

  test('stores every digit once where that is enough', async () => {
    expect(stored(await compileFor({}, exact))).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test('comes back from a package, and gives the same once more', async () => {
    const first = await compileFor({});
    await withPackage(first, async ({ manifest }) => {
      expect(manifest.summary.copiesWorth).toEqual(first.summary.copiesWorth);
      const again = await compileFor(manifest.options);
      expect([...again.schedule()]).toEqual([...first.schedule()]);
    });
  });
});

describe('what is expected of one layer', () => {
  test('is what the mapping says, and falls with the cells that hold a digit', async () => {
    const compiled = await compileFor({ copies: 1, repeats: 1 });
    const estimate = layerEstimates(compiled, noisy);
    for (const { layer, snr } of compiled.expected!.layers) {
      const once = await estimate(layer);
      expect(once.snr).toBeCloseTo(snr, 0);
      const sum = Object.values(once.parts).reduce((a, b) => a + b, 0);
      expect(-10 * Math.log10(sum)).toBeCloseTo(once.snr, 9);
      for (const variant of [{ copies: 4 }, { repeats: 4 }]) {
        const more = await estimate(layer, variant);
        // The gain shrinks where noise is a large part of what is measured, less so with less of it.
        expect(once.parts.lasting / more.parts.lasting / 4).toBeGreaterThan(0.7);
        expect(once.parts.lasting / more.parts.lasting / 4).toBeLessThan(1.01);
        expect(more.arrays / once.arrays).toBeCloseTo(4, 9);
        expect(more.conversions / once.conversions).toBe('copies' in variant ? 4 : 1);
      }
      const quiet = await estimate(layer, { noise: false });
      expect(quiet.parts.anew).toBe(0);
      expect((await estimate(layer, { at: 30 * 86_400 })).snr).toBeLessThan(once.snr);
    }
  });

  test('counts what fewer integers round off', async () => {
    const compiled = await compileFor({ copies: 1, repeats: 1 });
    const estimate = layerEstimates(compiled, noisy);
    const offset = await estimate(0, { encoding: 'offset' });
    // Steps of two integers: their errors are -1, 0 and 1, evenly over all weights.
    const { node } = compiled.mapping.layers[0]!;
    const squares = node.integers.reduce((sum, integer) => sum + integer ** 2, 0) / node.integers.length;
    expect(offset.parts.rounding / (1 / 3 / squares)).toBeGreaterThan(0.5);
    expect(offset.parts.rounding / (1 / 3 / squares)).toBeLessThan(2);
    expect((await estimate(0)).parts.rounding).toBe(0);
  });
});
