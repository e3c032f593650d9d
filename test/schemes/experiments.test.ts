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
