import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { experiments } from '../../src/schemes/experiments.ts';
import { loadTarget } from '../../src/target/load.ts';
import { chartOf, figuresOf } from '../support/figures.ts';

test('a scheme with a file of experiments is in the registry, and no other', () => {
  const rooms = readdirSync('src/schemes', { recursive: true, encoding: 'utf8' })
    .filter((file) => /^[^/]+\/experiments\.ts$/.test(file))
    .map((file) => file.split('/')[0]);
  expect(Object.keys(experiments).sort()).toEqual(rooms.sort());
});

test('the spread of programmed levels is that of the error law', async () => {
  const { series } = chartOf((await figuresOf('pcm-256')).get('spread-by-level'));
  const [cells, law] = series;
  const { target } = await loadTarget('pcm-256');
  const published = (target.programming as { sigma: readonly number[] }).sigma;
  expect(published.length).toBeGreaterThan(1);
  for (const [i, g] of law!.x.entries()) {
    const expected = published.reduce((sum, c, k) => sum + c * g ** k, 0);
    // Inner levels, far from the ends of the window. 400 cells tell a standard deviation within 3.5 %; five of these.
    if (g > 6e-6 && g < 24e-6) expect(Math.abs(cells!.y[i]! / expected - 1)).toBeLessThan(5 * 0.0354);
  }
});

test('exact cells lie on their staircase, and have no errors', async () => {
  const figures = await figuresOf('ideal');
  expect([...figures.keys()]).toEqual(['staircase']);
  const [cells, levels] = chartOf(figures.get('staircase')).series;
  expect(cells!.y).toEqual(levels!.y);
});

test('shares of a histogram come to nearly all cells', async () => {
  const [bars, law] = chartOf((await figuresOf('tetramem-256-6bit')).get('error-histogram')).series;
  const sum = bars!.y.reduce((a, b) => a + b, 0);
  expect(sum).toBeGreaterThan(98);
  expect(sum).toBeLessThanOrEqual(100 + 1e-9);
  expect(Math.max(...law!.y)).toBeGreaterThan(0);
});

/** The root mean square error by pulses, and its law at the same numbers. */
async function convergenceOf(name: string, set: readonly string[]) {
  const { series } = chartOf((await figuresOf(name, set)).get('write-convergence'));
  const named = (wanted: string) => series.find((one) => one.name === wanted)!;
  const [measured, law] = [named('root mean square'), named('closed form')];
  return law.x.map((pulses, i) => ({
    pulses,
    law: law.y[i]!,
    measured: measured.y[measured.x.indexOf(pulses)]!,
  }));
}

test('a loop that only nears its level leaves the same share of the distance with every pulse', async () => {
  const spreads = [
    'cycleToCycle=0',
    'deviceToDevice=0',
    'readNoise=0 S',
    'resetSpread=0 S',
    'minStep=0 S',
    'tolerance=1 nS',
  ];
  const set = spreads.map((one) => `programming.${one}`);
  const exact = await convergenceOf('tetramem-256-6bit', set);
  expect(exact.length).toBeGreaterThan(8);
  for (const { pulses, measured, law } of exact) {
    // Nearer, the tolerance is felt.
    if (law < 1e-8) continue;
    expect(measured / law).toBeCloseTo(1, 9);
    expect(law / (exact[0]!.law * 0.5 ** (pulses - 1))).toBeCloseTo(1, 9);
  }
  // With its spreads, mean squares add up: 1,600 cells tell them within some percent.
  const spread = await convergenceOf('tetramem-256-6bit', [
    'programming.minStep=0 S',
    'programming.tolerance=1 nS',
    'programming.readNoise=0 S',
  ]);
  for (const { pulses, measured, law } of spread)
    if (pulses < 5) expect(Math.abs(measured / law - 1)).toBeLessThan(0.1);
});

test('identical pulses bring cells that are all alike to where a geometric series says', async () => {
  const alike = ['stepSpread=0', 'boundMaxSpread=0', 'boundMinSpread=0', 'upDownSpread=0', 'cycleToCycle=0'];
  const set = [
    ...alike.map((one) => `programming.pulse.${one}`),
    ...['readNoise=0 S', 'resetSpread=0 S', 'slow=0', 'rechecks=0'].map((one) => `programming.${one}`),
  ];
  // What is settled lies evenly within the tolerance; cells that are all alike lie where their last pulse took them.
  for (const { measured, law } of await convergenceOf('cmo-hfox-350nm', set))
    expect(Math.abs(measured / law - 1)).toBeLessThan(law > 5e-6 ? 0.02 : 0.5);
});

test('predicted pulses err as their closed form says, pulse by pulse', async () => {
  const all = await convergenceOf('tio2-feedforward', [
    'programming.deviceToDevice=0',
    'programming.arrayToArray=0',
  ]);
  expect(all.map(({ pulses }) => pulses)).toEqual([1, 2, 3, 4]);
  // The closed form takes what a pulse is off by for normal, which the tails after one retry are not.
  for (const { measured, law } of all) expect(Math.abs(measured / law - 1)).toBeLessThan(0.25);
});

test('ever fewer cells are not settled, and none once loops end', async () => {
  for (const name of ['tetramem-256-6bit', 'tio2-feedforward', 'cmo-hfox-350nm']) {
    const [cells] = chartOf((await figuresOf(name)).get('write-unsettled')).series;
    for (const [i, share] of cells!.y.entries()) expect(share).toBeLessThanOrEqual(cells!.y[i - 1] ?? 100);
  }
});

test('identical pulses: the conductance of devices that are all alike is a geometric series', async () => {
  const spreads = ['stepSpread', 'boundMaxSpread', 'boundMinSpread', 'upDownSpread', 'cycleToCycle'];
  const set = spreads.map((one) => `programming.pulse.${one}=0`);
  const { series } = chartOf((await figuresOf('cmo-hfox-350nm', set)).get('potentiation-depression'));
  const { target } = await loadTarget('cmo-hfox-350nm');
  const { gMin, gMax } = target.cell;
  const [median, one, law] = series;
  const pulses = median!.x.length / 2;
  for (const [i, g] of median!.y.entries()) {
    expect(one!.y[i]! / g).toBeCloseTo(1, 12);
    expect(law!.y[i]! / g).toBeCloseTo(1, 9);
    // A state from -1 to 1, whose distance from the bound shrinks by the share 0.074 with every pulse (Choi et al., eq. 5).
    const left = (n: number) => 0.926 ** n;
    const up = 1 - 2 * left(Math.min(i + 1, pulses));
    const w = i < pulses ? up : (up + 1) * left(i + 1 - pulses) - 1;
    expect(g / (gMin + ((w + 1) / 2) * (gMax - gMin))).toBeCloseTo(1, 9);
  }
});

test('identical pulses of predicted cells: dx / dD = 1 - gamma x, for any median device', async () => {
  const { series } = chartOf((await figuresOf('tio2-feedforward')).get('potentiation-depression'));
  const [median, , law] = series;
  const width = 16.1e-6;
  // 200 devices whose rates spread by a fifth tell their median within some percent of the way.
  for (const [i, g] of median!.y.entries()) expect(Math.abs(g - law!.y[i]!) / width).toBeLessThan(0.04);
});

test('one predicted pulse a level errs by what its closed form says, identical ones by many steps', async () => {
  const { series } = chartOf((await figuresOf('tio2-feedforward')).get('predicted-staircase'));
  const [predicted, identical, law] = series;
  const rms = (y: readonly number[]) => Math.sqrt(y.reduce((sum, e) => sum + e * e, 0) / y.length);
  // 512 errors tell their spread within 3 %; the model of the device is off by what its training was.
  expect(Math.abs(rms(predicted!.y.slice(1)) / law!.y[0]! - 1)).toBeLessThan(0.1);
  expect(rms(identical!.y)).toBeGreaterThan(20 * rms(predicted!.y));
});

test('half-select pulses of updates: below the published bound after 100,000, and on the curve of soft bounds after many', async () => {
  const disturbOf = async (set: readonly string[]) =>
    chartOf((await figuresOf('cmo-hfox-350nm', set)).get('update-disturb')).series;
  const bundled = await disturbOf([]);
  expect(bundled.map(({ kind }) => kind)).toEqual(['measured', 'law', 'measured', 'law']);
  // Choi et al. (Advanced Science 2025): below 0.005 of a step.
  for (const { x, high, low } of bundled.filter(({ kind }) => kind === 'measured'))
    for (const [i, pulses] of x.entries())
      if (pulses <= 100_000) expect(Math.max(high![i]!, -low![i]!)).toBeLessThan(0.005);
  const spreads = ['stepSpread', 'boundMaxSpread', 'boundMinSpread', 'upDownSpread'];
  const set = [...spreads.map((one) => `programming.pulse.${one}=0`), 'programming.update.disturbUp=1e-4'];
  const [up, law] = await disturbOf(set);
  for (const [i, pulses] of up!.x.entries()) {
    const w = 1 - 2 * (1 - 1e-4 * 0.074) ** pulses;
    // States are 32-bit floats.
    expect(up!.y[i]! / ((w + 1) / 0.074)).toBeCloseTo(1, 3);
    expect(law!.y[i]! / ((w + 1) / 0.074)).toBeCloseTo(1, 6);
  }
  expect(await disturbOf(['programming.update.disturbUp=0']).then((all) => all.length)).toBe(2);
});
