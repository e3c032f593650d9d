import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { foldedQuantile } from '../../src/conditions/drift/experiments.ts';
import { conditionExperiments, experiments } from '../../src/conditions/experiments.ts';
import type { Chart, Figure } from '../../src/figures/figure.ts';
import { openStream } from '../../src/math/random.ts';
import { quantileOf } from '../../src/math/statistics.ts';
import { loadTarget } from '../../src/target/load.ts';
import { chartOf } from '../support/figures.ts';
import { driftFields, relaxationFields, sectionOf } from '../support/reading-laws.ts';

async function figuresOf(set: readonly string[], name = 'ideal'): Promise<ReadonlyMap<string, Figure>> {
  const { target } = await loadTarget(name, set);
  const figures = conditionExperiments(target).flatMap(({ run }) => run({ seed: 1 }));
  return new Map(figures.map((figure) => [figure.name, figure]));
}

/** What was measured and its law, pair by pair. */
const pairs = ({ series }: Chart) =>
  series
    .filter(({ kind }) => kind === 'measured')
    .map((measured, i) => ({ measured, law: series.filter(({ kind }) => kind === 'law')[i]! }));

test('a condition with a file of experiments is in the registry, and no other', () => {
  const rooms = readdirSync('src/conditions', { recursive: true, encoding: 'utf8' })
    .filter((file) => /^[^/]+\/experiments\.ts$/.test(file))
    .map((file) => file.split('/')[0]);
  expect(Object.keys(experiments).length).toBe(rooms.length);
});

test('a target without conditions has none of their experiments', async () => {
  expect(await figuresOf([])).toEqual(new Map());
});

test('relaxation: the mean falls and the spread grows as published', async () => {
  const figures = await figuresOf(sectionOf('relaxation', relaxationFields), 'cmo-hfox-130nm');
  const median = pairs(chartOf(figures.get('relaxation')))[0]!.measured;
  const spread = pairs(chartOf(figures.get('relaxation-spread')))[0]!.measured;
  for (const [i, at] of median.x.entries()) {
    const sigma = 0.41183342e-6 + 0.04201137e-6 * Math.log(at);
    // A median of 1,000 errs by 1.25 sigma / sqrt(1000), half the band by 1.0 %-3.5 %; four of these.
    expect(Math.abs(median.y[i]! + 0.08900206e-6 * Math.log(at))).toBeLessThan(
      (4 * 1.25 * sigma) / Math.sqrt(1000),
    );
    expect(Math.abs(spread.y[i]! / sigma - 1)).toBeLessThan(4 * 0.035);
  }
});

test('drift: cells leave their closed form by chance alone, level by level', async () => {
  const figures = await figuresOf(sectionOf('drift', { ...driftFields, spread: 0.04 }), 'cmo-hfox-130nm');
  const median = pairs(chartOf(figures.get('drift')));
  const spread = pairs(chartOf(figures.get('drift-spread')));
  expect(median.length).toBe(4);
  for (const [level, { measured, law }] of median.entries())
    for (const i of measured.x.keys()) {
      const width = spread[level]!.law.y[i]!;
      expect(Math.abs(measured.y[i]! - law.y[i]!)).toBeLessThan((5 * 1.25 * width) / Math.sqrt(1000) + 1e-12);
      expect(Math.abs(spread[level]!.measured.y[i]! / width - 1)).toBeLessThan(5 * 0.035);
    }
});

test('quantiles of a normal whose sign is dropped are those of draws', () => {
  const stream = openStream(1, 'test', 0);
  const drawn = Float64Array.from({ length: 200_000 }, () => Math.abs(0.3 + 0.5 * stream.normal())).sort();
  for (const share of [0.16, 0.5, 0.84])
    expect(foldedQuantile(0.3, 0.5, share)).toBeCloseTo(quantileOf(drawn, share), 2);
  expect(foldedQuantile(-0.2, 0, 0.7)).toBe(0.2);
});

test('read disturb: a factor e after as many readings as one moves a cell by a share, until the window ends', async () => {
  const set = sectionOf('readDisturb', { change: 1e-6, towards: 'low', interval: '1 ms' });
  const chart = chartOf((await figuresOf(set, 'cmo-hfox-130nm')).get('read-disturb'));
  const all = pairs(chart);
  for (const { measured, law } of all)
    for (const [i, at] of measured.x.entries()) {
      expect(measured.y[i]! / law.y[i]!).toBeCloseTo(1, 9);
      const left = measured.y[0]! * Math.exp(-at / 1000);
      if (left > 8.1e-6) expect(measured.y[i]! / left).toBeCloseTo(1, 5);
      else expect(measured.y[i]!).toBeGreaterThanOrEqual(8e-6);
    }
  expect(all.length).toBe(3);
  expect(
    (await figuresOf(sectionOf('readDisturb', { change: 0, towards: 'low', interval: '1 ms' }))).size,
  ).toBe(0);
});

test('half-select disturb: as published after 100,000 pulses, and in proportion to their number', async () => {
  const set = sectionOf('disturb', { disturbDrift: '0.5%', spread: '2.5%', pulses: 100_000 });
  const figures = await figuresOf(set, 'cmo-hfox-130nm');
  const ends = pairs(chartOf(figures.get('half-select')));
  const spreads = pairs(chartOf(figures.get('half-select-spread')));
  expect(ends.length).toBe(2);
  for (const [end, { measured }] of ends.entries())
    for (const [i, pulses] of measured.x.entries()) {
      const share = pulses / 100_000;
      // In percent. A median of 1,000 errs by 1.25 sigma / sqrt(1000).
      expect(Math.abs(measured.y[i]! - 0.5 * share)).toBeLessThan((5 * 1.25 * 2.5 * share) / Math.sqrt(1000));
      expect(Math.abs(spreads[end]!.measured.y[i]! / (2.5 * share) - 1)).toBeLessThan(5 * 0.035);
    }
});

/**
 * Measured densities are those of a law, frequency by frequency, and on the whole within some percent. A density of one cell errs
 * by itself, and the Hann window makes neighbouring ones depend on each other (1.3 is the root of 1.9 independent ones).
 */
function expectSpectrum(chart: Chart, law: (frequency: number) => number, cells: number): void {
  for (const { measured } of pairs(chart)) {
    const lowest = measured.x[0]! / 3;
    let [sum, weights] = [0, 0];
    for (const [i, f] of measured.x.entries()) {
      const inBin = Math.max(1, (f * (10 ** (1 / 24) - 10 ** (-1 / 24))) / lowest);
      const ratio = measured.y[i]! / law(f);
      expect(Math.abs(ratio - 1)).toBeLessThan((5 * 1.3) / Math.sqrt(cells * inBin) + 0.02);
      sum += inBin * ratio;
      weights += inBin;
    }
    expect(Math.abs(sum / weights - 1)).toBeLessThan((5 * 1.3) / Math.sqrt(cells * weights) + 0.02);
  }
}

test('telegraph noise: two conductances, and the Lorentzian of their stays', async () => {
  const set = sectionOf('telegraph', { share: 0.1, amplitude: 0.2, dwellHigh: '3 ms', dwellLow: '1 ms' });
  const figures = await figuresOf(set, 'cmo-hfox-130nm');
  const g = (9e-6 + 88.19e-6) / 2;
  const traces = chartOf(figures.get('telegraph-trace')).series.flatMap(({ y }) => y);
  for (const y of traces) expect(Math.abs(Math.abs(y / g - 1) - 0.1)).toBeLessThan(1e-9);
  const tau = 0.75e-3;
  // Machlup (1954): 4 dG^2 / ((1/high + 1/low)^2 (high + low) (1 + (2 pi f tau)^2)); far below half of the rate of readings.
  const lorentzian = (f: number) =>
    (4 * (0.2 * g) ** 2 * tau ** 2) / (4e-3 * (1 + (2 * Math.PI * f * tau) ** 2));
  const chart = chartOf(figures.get('telegraph-spectrum'));
  const slow = {
    ...chart,
    series: chart.series.map((one) => ({ ...one, x: one.x.filter((f) => f < 0.3 / tau) })),
  };
  expectSpectrum(slow, lorentzian, 64);
  expect(
    await figuresOf(
      sectionOf('telegraph', { share: 0, amplitude: 0.2, dwellHigh: '3 ms', dwellLow: '1 ms' }),
    ),
  ).toEqual(new Map());
});

test('flicker: every record follows its closed form', async () => {
  const set = sectionOf('flicker', { amplitude: '2%', shortest: '1 ms', longest: '100 s' });
  const chart = chartOf((await figuresOf(set, 'cmo-hfox-130nm')).get('flicker-spectrum'));
  const all = pairs(chart);
  expect(all.length).toBeGreaterThan(2);
  for (const one of all) {
    const own: Chart = { ...chart, series: [one.measured, one.law] };
    const at = (f: number) => one.law.y[one.law.x.indexOf(f)]!;
    expectSpectrum(own, at, 32);
  }
  // Half a decade inside of the slowest record: density times frequency is the same, a tenth of the variance per factor ln 10.
  const { x, y } = all.at(-1)!.law;
  const middle = x.findIndex((f) => f > 0.05);
  const g = (9e-6 + 88.19e-6) / 2;
  expect((x[middle]! * y[middle]!) / ((0.02 * g) ** 2 / (6 * Math.LN10))).toBeGreaterThan(0.7);
});

test('read noise: sigma(G) at every level, and a flat spectrum', async () => {
  const figures = await figuresOf(['readNoise.sigma=[0.1,0.01]'], 'cmo-hfox-130nm');
  const { measured } = pairs(chartOf(figures.get('read-noise')))[0]!;
  for (const [i, g] of measured.x.entries())
    expect(Math.abs(measured.y[i]! / (0.1e-6 + 0.01 * g) - 1)).toBeLessThan(5 / Math.sqrt(2000));
  const middle = 0.1e-6 + 0.01 * ((9e-6 + 88.19e-6) / 2);
  expectSpectrum(chartOf(figures.get('read-noise-spectrum')), () => 2 * middle ** 2, 32);
});

test.each([
  ['cmo-hfox-130nm', 'log-noise', 0.0277316e-6 * Math.log10(88.19)],
  ['pcm-256', 'power-noise', 25e-6 * 0.0088],
])('%s: 1/f noise grows with time as published, with a spectrum of 1/f', async (name, figure, sigma) => {
  const figures = await figuresOf([], name);
  const readTime = name === 'pcm-256' ? 250e-9 : 1e-6;
  const { measured } = pairs(chartOf(figures.get(figure))).at(-1)!;
  for (const [i, t] of measured.x.entries()) {
    const factor = Math.sqrt(Math.log((t + (name === 'pcm-256' ? 20 : 0) + readTime) / (2 * readTime)));
    expect(Math.abs(measured.y[i]! / (sigma * factor) - 1)).toBeLessThan(5 / Math.sqrt(2000));
  }
  const chart = chartOf(figures.get(`${figure}-spectrum`));
  for (const { measured: own, law } of pairs(chart)) {
    const interval = own.x[0]! && 3 / (256 * own.x[0]!);
    // Well below half of the rate of readings, where little is folded back.
    const slow = { ...own, x: own.x.filter((f) => f < 0.05 / interval) };
    expectSpectrum({ ...chart, series: [slow, law] }, (f) => sigma ** 2 / f, 32);
  }
});
