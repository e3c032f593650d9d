import { beforeAll, expect, test } from 'vitest';
import type { Figure } from '../../../src/figures/figure.ts';
import { chartOf, figuresOf } from '../../support/figures.ts';

let figures: ReadonlyMap<string, Figure>;
beforeAll(async () => {
  figures = await figuresOf('leti-fecap-130nm');
});

const seriesOf = (name: string) => chartOf(figures.get(name)).series;

test('both branches of the loop are those of the closed form', () => {
  const [loop, law] = seriesOf('pe-loop');
  // The law has the rising halves: 101 points of the 201 on each side.
  for (const [i, v] of law!.x.entries()) {
    const at = i <= 100 ? i : 100 + i;
    expect(loop!.x[at]).toBeCloseTo(v, 9);
    expect(loop!.y[at]).toBeCloseTo(law!.y[i]!, 9);
  }
});

test('the switching current peaks on both sides, and is the derivative of the loop', () => {
  const [measured, law] = seriesOf('fecap-iv');
  const top = Math.max(...law!.y);
  measured!.y.forEach((current, i) => {
    // Differences over 1/100 of the sweep stand for a derivative within some percent of its peak.
    expect(Math.abs(current - law!.y[i]!)).toBeLessThan(0.03 * top);
  });
  expect(Math.min(...measured!.y)).toBeLessThan(-0.5 * top);
});

test('windows have the median and the worst of the publication', () => {
  const { about } = figures.get('window-histogram')!;
  const [, median, worst] = /median (\d+) mV, worst (-?\d+) mV/.exec(about)!;
  expect(Math.abs(Number(median) - 360)).toBeLessThan(6);
  // The least of 16,384 normal values: 3.97 sigma on average, 0.26 sigma from array to array.
  expect(Math.abs(Number(worst) - 120)).toBeLessThan(4 * 0.26 * 60);
});

test('means and spreads of transfers are those of the closed form', () => {
  const [transfers, expected] = seriesOf('transfer-staircase');
  const [all, ...others] = seriesOf('transfer-spread');
  const spread = others.at(-1)!;
  transfers!.x.forEach((digit, i) => {
    if (digit === 0) return;
    // 33 circuits whose devices stay the same: five standard errors of 33 values.
    expect(Math.abs(transfers!.y[i]! - expected!.y[i]!)).toBeLessThan((5 * spread.y[i]!) / Math.sqrt(33));
    expect(all!.y[i]! / spread.y[i]!).toBeGreaterThan(0.55);
    expect(all!.y[i]! / spread.y[i]!).toBeLessThan(1.6);
  });
});

test('the median window follows wake-up and fatigue', () => {
  const [fecaps, law] = seriesOf('endurance');
  fecaps!.y.forEach((median, i) => {
    expect(Math.abs(median / law!.y[i]! - 1)).toBeLessThan(0.01);
  });
  expect(fecaps!.low!.every((worst, i) => worst < fecaps!.y[i]!)).toBe(true);
});
