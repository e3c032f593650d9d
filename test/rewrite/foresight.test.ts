/** What a reading says of a cell later, against the laws in closed form. */
import { describe, expect, test } from 'vitest';
import { covarianceOf } from '../../src/math/one-over-f.ts';
import { foresee, isOutlying, programmedCells } from '../../src/rewrite/foresight.ts';
import { levelConductance } from '../../src/target/cell.ts';
import { loadTarget } from '../../src/target/load.ts';

const day = 86400;
const ages = { read: 1, used: day };
const code = 128;
/** Of 400 cells. */
const within = { mean: 4 / Math.sqrt(400), variance: 4 * Math.sqrt(2 / 400), slope: 0.02 };

describe('foresight', () => {
  test('of cells that relax: they go on the way that they have begun', async () => {
    const { target } = await loadTarget('cmo-hfox-130nm', []);
    const { slope, spread, spreadSlope } = target.relaxation!;
    const level = levelConductance(target.cell, code);
    const written = 0.00106879 * level + 0.00081107e-6;
    const [early, late] = [spread, spread + spreadSlope * Math.log(day)];
    const seen = written ** 2 + early ** 2;
    const both = written ** 2 + early * late;
    const all = written ** 2 + late ** 2;
    const silent = foresee(target, programmedCells(target), ages, { count: 1, time: 1e-6, noise: false });
    expect(Math.abs(silent.reading[code]! - level)).toBeLessThan(within.mean * early);
    const lost = slope * Math.log(day);
    expect(Math.abs(silent.later[code]! - level + lost)).toBeLessThan(within.mean * late);
    expect(Math.abs(silent.spread[code]! ** 2 / seen - 1)).toBeLessThan(within.variance);
    expect(Math.abs(silent.variance[code]! / all - 1)).toBeLessThan(within.variance);
    expect(Math.abs(silent.slope[code]! / (both / seen) - 1)).toBeLessThan(within.slope);
    expect(silent.left[code]!).toBeLessThan(0.05 * all);
    // Noise of the reading is taken for what it is: less of what was read is believed.
    const noisy = foresee(target, programmedCells(target), ages, { count: 1, time: 1e-6, noise: true });
    const density = (0.0277316e-6 * Math.log10(level / 1e-6)) ** 2;
    const noise = density * Math.log((1 + 1e-6) / 2 / 1e-6);
    const lasting = density * covarianceOf({ from: 1e-6, to: (1 + 1e-6) / 2 }, day - 1);
    const believed = (both + lasting) / (seen + noise);
    expect(Math.abs(noisy.slope[code]! / believed - 1)).toBeLessThan(within.variance);
    expect(noisy.left[code]! / all).toBeCloseTo(1 - (believed * (both + lasting)) / all, 1);
    // Reading longer leaves what is slower.
    const longer = foresee(target, programmedCells(target), ages, { count: 100, time: 1e-4, noise: true });
    const rest = longer.spread[code]! ** 2 - silent.spread[code]! ** 2;
    expect(rest / (density * Math.log((1 + 1e-6) / 2 / 1e-4))).toBeCloseTo(1, 1);
  });

  test('of cells that time does not move: the reading itself, as far as noise lets it', async () => {
    const { target } = await loadTarget('tetramem-256', []);
    const { tolerance, readNoise } = target.programming as { tolerance: number; readNoise: number };
    const half = 1024;
    const { slope, later, spread } = foresee(target, programmedCells(target), ages, {
      count: 4,
      time: 4e-7,
      noise: true,
    });
    expect(Math.abs(later[half]! - levelConductance(target.cell, half))).toBeLessThan(tolerance);
    const left = spread[half]! ** 2 - readNoise ** 2 / 4;
    expect(slope[half]!).toBeCloseTo(left / spread[half]! ** 2, 6);
    // One that does not respond is seen to be elsewhere.
    const cell = foresee(target, programmedCells(target), ages, { count: 1, time: 1e-7, noise: true });
    expect(isOutlying(cell, half, target.cell.gMin)).toBe(true);
    expect(isOutlying(cell, half, levelConductance(target.cell, half) + tolerance)).toBe(false);
  });
});
