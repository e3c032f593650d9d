import { expect, test } from 'vitest';
import { levelCounts, levelsAccuracy, withLevels } from '../../src/characterize/levels-accuracy.ts';
import { levelConductance } from '../../src/target/cell.ts';
import { loadTarget } from '../../src/target/load.ts';
import { chartOf } from '../support/figures.ts';

test('levels are those of the target, and few of less', () => {
  expect(levelCounts(2)).toEqual([2]);
  expect(levelCounts(27)).toEqual([2, 4, 8, 16, 27]);
  expect(levelCounts(2048)).toEqual([2, 4, 8, 16, 64, 2048]);
});

test('other levels lie in the same window, of a target that says so, without wires', async () => {
  const loaded = await loadTarget('tetramem-256');
  const few = withLevels(loaded, 3);
  const { gUseMin, gUseMax } = loaded.target.cell;
  const levels = [gUseMin, (gUseMin + gUseMax) / 2, gUseMax];
  for (const [code, g] of levels.entries())
    expect(levelConductance(few.target.cell, code) / g).toBeCloseTo(1, 12);
  expect(few.target.wires).toBeUndefined();
  expect(few.fingerprint).not.toBe(loaded.fingerprint);
});

test('exact cells of 16 levels in pairs hold weights of 31 values: a network keeps most of its accuracy, and none with 2', async () => {
  const [figure] = await levelsAccuracy(
    await loadTarget('ideal', ['cell.levels=16']),
    1,
    [2, 16],
    () => undefined,
  );
  const [chip, float] = chartOf(figure).series;
  expect(chip!.x).toEqual([2, 16]);
  // The fixture's own README: 94.3 % of 1,000 images in floating point; 200 of them tell that within 1.6 %.
  for (const top1 of float!.y) expect(Math.abs(top1 - 94.3)).toBeLessThan(3 * 1.6);
  expect(chip!.y[0]!).toBeLessThan(60);
  expect(chip!.y[1]!).toBeGreaterThan(float!.y[1]! - 10);
});

test('a number of levels with which the network does not compile is left out', async () => {
  // Of two levels a reference column takes away one: none is left for a sign.
  const loaded = await loadTarget('ideal', ['cell.encoding=offset']);
  expect(await levelsAccuracy(loaded, 1, [2], () => undefined)).toEqual([]);
});
