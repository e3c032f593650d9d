/** What a bench shows of denoising, against closed forms and what was published. */
import { expect, test } from 'vitest';
import { writtenSpectrum } from '../../../src/conditions/traps/spectrum.ts';
import { climb, type Step, undenoised } from '../../../src/schemes/denoise/staircase.ts';
import { schemeExperiments } from '../../../src/schemes/experiments.ts';
import type { ProgrammingOf } from '../../../src/schemes/models.ts';
import type { ProgrammedTarget } from '../../../src/schemes/scheme.ts';
import { loadTarget } from '../../../src/target/load.ts';
import { chartOf, figuresOf } from '../../support/figures.ts';

const figures = await figuresOf('tetramem-256-denoised');
const seriesOf = (name: string) => chartOf(figures.get(name)).series;

test('the staircase: a tenth of the levels fail without denoising, and none with it', async () => {
  const { target } = await loadTarget('tetramem-256-denoised');
  const denoised = target as ProgrammedTarget<ProgrammingOf<'denoise'>>;
  const failing = (steps: readonly Step[]) => steps.filter(({ worst }) => Math.abs(worst) >= 1e-6).length;
  const devices = [1, 2, 3, 4, 5, 6];
  const without = devices.map((seed) => failing(climb(undenoised(denoised), seed)));
  expect(without.reduce((sum, count) => sum + count, 0) / 6 / 2048).toBeGreaterThan(0.1);
  for (const seed of devices) expect(failing(climb(denoised, seed)), `device ${seed}`).toBe(0);
  expect(figures.get('level-errors')!.about).toMatch(
    new RegExp(`Of 2048 levels fail .*: without denoising ${without[0]}, denoised 0\\b`),
  );
  for (const { y } of seriesOf('level-error-histogram'))
    expect(y.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 6);
});

test('spectra: those of traps as they were written, and white noise once they are gone', async () => {
  const { target } = await loadTarget('tetramem-256-denoised');
  const { run } = schemeExperiments(target).find(({ name }) => name === 'telegraph')!;
  const ratios = [1, 2, 3, 4].map((seed) => {
    const spectrum = run({ seed }).find(({ name }) => name === 'telegraph-spectrum');
    const [written, denoised, traps, white] = chartOf(spectrum).series.map(({ y }) => y);
    const ratio = (of: readonly number[], over: readonly number[]) =>
      of.reduce((sum, power, i) => sum + power / over[i]!, 0) / of.length;
    expect(Math.abs(ratio(denoised!, white!) - 1)).toBeLessThan(0.1);
    return ratio(written!, traps!);
  });
  // Of 500 exponential amplitudes the mean square scatters by 11 %, of four such by 5.5 %.
  expect(Math.abs(ratios.reduce((sum, r) => sum + r, 0) / 4 - 1)).toBeLessThan(0.22);
});

test('the loudest cell is calm once it is denoised', () => {
  const [before, after] = seriesOf('telegraph-trace').map(({ y }) => Math.max(...y) - Math.min(...y));
  // 0.2 V across 10 uS, and the extremes of the noise of 512 readings.
  expect(before).toBeGreaterThan(2e-6);
  expect(after).toBeLessThan(8 * 0.2 * 0.2e-6);
});

test('the power of all frequencies together is the variance', async () => {
  const { target } = await loadTarget('tetramem-256-denoised');
  const law = target.traps!;
  const [dt, n] = [5e-6, 2000];
  let sum = 0;
  for (let i = 0; i < n; i++) sum += writtenSpectrum(law, dt, ((i + 0.5) * 0.5) / dt / n) * (0.5 / dt / n);
  const range = Math.log(law.dwellLongest / law.dwellShortest);
  const share = (2 * Math.log(Math.cosh(range / 2))) / range ** 2;
  expect(sum / (2 * law.perCell * law.amplitude ** 2 * share)).toBeCloseTo(1, 3);
});

test('blocks of levels lie where they should', () => {
  const { plot } = figures.get('level-map')!;
  if (plot.form !== 'grid') throw new Error('no grid');
  expect([plot.rows.length, plot.rows[0]!.length]).toEqual([64, 64]);
  const { rows } = plot;
  // The first of 64 levels at the top left, the last at the bottom right, 65 uS apart.
  expect(rows[4]![4]).toBeCloseTo(50e-6, 5);
  expect(rows[60]![60]).toBeCloseTo(4144e-6, 5);
  expect(rows[4]![12]! - rows[4]![4]!).toBeCloseTo(65e-6, 5);
});
