/** Copies that the compiler chose hold finer integers together: counted before, rounded again after, within the limits of lines. */
import { describe, expect, test } from 'vitest';
import { lineLoads, overLoaded } from '../../passes/program/line-loads.ts';
import { integerShares } from '../../src/compile/integer-shares.ts';
import type { Compiled } from '../../src/ir/compiled.ts';
import { digitsOf } from '../../src/ir/mapping.ts';
import type { parseOptions } from '../../src/ir/options.ts';
import { placedMappingOf } from '../../src/package/mapping-of.ts';
import { formatLayers } from '../../src/report/compile-table.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import { loaded } from '../chip/bench.ts';
import { compileModel, drawFeeds, withPackage } from '../support/build.ts';
import { tinyModel } from '../verify/tiny.ts';

const model = tinyModel();
const feeds = Array.from({ length: 40 }, (_, seed) => drawFeeds(model.graph.inputs, seed + 1));
const small = ['array.rows=64', 'array.columns=64'];
const { target: pcm } = await loadTarget('pcm-256', [...small, 'driver.rowsAtOnce=64', 'cell.levels=4']);
const coarse = loaded({ ...pcm, wires: undefined });
const wired = await loadTarget('tetramem-256-6bit', [...small, 'driver.rowsAtOnce=16', 'cell.levels=16']);

const compileFor = (options: Parameters<typeof parseOptions>[0], target: LoadedTarget) =>
  compileModel(model, target, feeds, { repeats: 1, weightRounding: 'nearest', ...options });

/** Squares of what is rounded off the weights of every layer. */
function roundedOff({ mapping }: Compiled): number[] {
  return mapping.layers.map(({ node }, i) => {
    const weights = model.graph.constants.get(`w${i + 1}`)!.data as Float32Array;
    return node.integers.reduce(
      (sum, integer, at) => sum + (integer * node.scales[at % node.columns]! - weights[at]!) ** 2,
      0,
    );
  });
}

describe('copies: auto, where cells have few levels', () => {
  test('counts what integers round off, and stores the finer ones', async () => {
    const [once, chosen] = await Promise.all([compileFor({ copies: 1 }, coarse), compileFor({}, coarse)]);
    const { copiesWorth } = chosen.summary;
    const rounding = once.mapping.layers.reduce((sum, l) => sum + integerShares(l, once.record).weights, 0);
    const cells = once.expected!.layers.reduce((sum, { snr }) => sum + 10 ** (-snr / 10), 0);
    expect(rounding).toBeGreaterThan(0.05);
    expect(copiesWorth!.once / (rounding + cells)).toBeGreaterThan(0.8);
    expect(copiesWorth!.once / (rounding + cells)).toBeLessThan(1.2);
    expect(copiesWorth!.error).toBeLessThanOrEqual(0.05);
    const [before, after] = [roundedOff(once), roundedOff(chosen)];
    for (const [i, { node, copies, digitsPerOne }] of chosen.mapping.layers.entries()) {
      // 3 in each, as far as 127.
      expect([node.weightMax, digitsPerOne]).toEqual([3 * copies, 1]);
      expect(Math.max(...node.integers.map(Math.abs))).toBe(node.weightMax);
      expect(before[i]! / after[i]! / copies ** 2).toBeGreaterThan(0.7);
      expect(before[i]! / after[i]! / copies ** 2).toBeLessThan(1.4);
    }
    expect(chosen.mapping.layers.some(({ copies }) => copies > 1)).toBe(true);
    expect(formatLayers(chosen.summary)).toMatch(/ 1 \+\d /);
    await withPackage(chosen, async (pkg) => {
      const read = placedMappingOf(pkg);
      for (const [i, layer] of chosen.mapping.layers.entries())
        for (let copy = 0; copy < layer.copies; copy++)
          expect(digitsOf(read.layers[i]!, { slice: 0, copy }, 0, 64)).toEqual(
            digitsOf(layer, { slice: 0, copy }, 0, 64),
          );
      const again = await compileFor(pkg.manifest.options, coarse);
      expect([...again.schedule()]).toEqual([...chosen.schedule()]);
    });
  });

  test('no line is asked for more than its limit', async () => {
    for (const copies of ['auto', 2, 3] as const) {
      const { mapping } = await compileFor({ copies }, wired);
      expect(mapping.layers.some((layer) => layer.node.weightMax > 15)).toBe(true);
      expect(overLoaded(lineLoads(mapping, wired.target), wired.target)).toBe(0);
    }
    const loose = await compileFor({ copies: 2 }, loaded({ ...wired.target, wires: undefined }));
    expect(overLoaded(lineLoads(loose.mapping, wired.target), wired.target)).toBeGreaterThan(0);
  });
});
