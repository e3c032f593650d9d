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
