/** Traps against closed forms: how many, how large, how they scatter cells, and how fast that is forgotten. */
import { describe, expect, test } from 'vitest';
import { fluctuations } from '../../src/conditions/cells.ts';
import { chainOf, walk } from '../../src/conditions/fluctuator.ts';
import { drawTraps } from '../../src/conditions/traps/draw-traps.ts';
import { openStream } from '../../src/math/random.ts';
import { momentsOf } from '../statistics.ts';

const law = { perCell: 0.5, amplitude: 4e-6, dwellShortest: 1e-6, dwellLongest: 3e-5 };
const cells = 200_000;
const level = 1e-3;

/** Cells at one level, seen at the last of the times, less that level. */
function seenAt(times: readonly number[], seed = 1): Float64Array {
  const [move] = fluctuations({ traps: law }, { seed, array: 0, times });
  return Float64Array.from({ length: cells }, (_, cell) => move!(level, cell) - level);
}

/** Mean over all traps of `of`, by the midpoint rule over the logarithms of both stays. */
function overStays(of: (high: number, low: number) => number): number {
  const n = 200;
  const stay = (i: number) => law.dwellShortest * (law.dwellLongest / law.dwellShortest) ** ((i + 0.5) / n);
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += of(stay(i), stay(j));
  return sum / n ** 2;
}
const variance = (high: number, low: number) => (high * low) / (high + low) ** 2;
/** Of a cell: the second moment of an exponential is twice the square of its mean. */
const size = 2 * law.perCell * law.amplitude ** 2;

test('are a Poisson number, with exponential amplitudes', () => {
  const stream = openStream(1, 'traps', 0);
  const sets = Array.from({ length: cells }, (_, cell) => drawTraps(law, stream, cell));
  const share = (count: number) => sets.filter((set) => set.length === count).length / cells;
  const expected = [0, 1, 2, 3].map((n) => (Math.exp(-0.5) * 0.5 ** n) / [1, 1, 2, 6][n]!);
  for (const [n, p] of expected.entries())
    expect(Math.abs(share(n) - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / cells));
  const { mean, sigma } = momentsOf(sets.flatMap((set) => set.map(({ amplitude }) => amplitude)));
  expect(Math.abs(mean / law.amplitude - 1)).toBeLessThan(0.015);
  expect(Math.abs(sigma / law.amplitude - 1)).toBeLessThan(0.03);
});

describe('cells', () => {
  test('lie around their conductance with the variance of the closed form', () => {
    const range = Math.log(law.dwellLongest / law.dwellShortest);
    const share = (2 * Math.log(Math.cosh(range / 2))) / range ** 2;
    expect(overStays(variance)).toBeCloseTo(share, 4);
    for (const times of [[0], [0, 2e-6, 1e-3]]) {
      const { mean, sigma } = momentsOf(seenAt(times));
      expect(Math.abs(mean)).toBeLessThan((4 * sigma) / Math.sqrt(cells));
      expect(Math.abs(sigma / Math.sqrt(size * share) - 1)).toBeLessThan(0.02);
    }
  });

  test('forget their state as their stays say', () => {
    const start = seenAt([0]);
    for (const lag of [1e-6, 5e-6, 3e-5]) {
      const later = seenAt([0, lag]);
      const found = start.reduce((sum, g, i) => sum + g * later[i]!, 0) / cells;
      const expected =
        size * overStays((high, low) => variance(high, low) * Math.exp(-lag * (1 / high + 1 / low)));
      expect(Math.abs(found - expected)).toBeLessThan(0.03 * size * overStays(variance));
    }
  });

  test('without conductance stay without', () => {
    const [move] = fluctuations({ traps: law }, { seed: 1, array: 0, times: [0] });
    for (let cell = 0; cell < 1000; cell++) expect(move!(1e-7, cell)).toBeGreaterThanOrEqual(0);
  });
});

test('the spectrum of one of them is a Lorentzian', () => {
  const dwell = { high: 4e-6, low: 1.2e-5 };
  const [n, step, traces] = [1024, 5e-7, 4000];
  const stream = openStream(2, 'trap-states', 0);
  const rate = 1 / dwell.high + 1 / dwell.low;
  for (const bin of [1, 8, 40, 120]) {
    const f = bin / (n * step);
    let power = 0;
    for (let trace = 0; trace < traces; trace++) {
      stream.seek(trace);
      const chain = chainOf(dwell, [0, step]);
      let state: number = walk(chainOf(dwell, [0]), stream);
      let [re, im] = [0, 0];
      for (let i = 0; i < n; i++) {
        re += (state - chain.mean) * Math.cos(2 * Math.PI * f * step * i);
        im += (state - chain.mean) * Math.sin(2 * Math.PI * f * step * i);
        state = stream.uniform() < chain.mean + (state - chain.mean) * chain.decays[0]! ? 1 : 0;
      }
      power += (2 * step * (re ** 2 + im ** 2)) / n / traces;
    }
    // One-sided, of a process that is seen at steps: the Lorentzian and all that folds onto it, which is a geometric series.
    const decay = Math.exp(-rate * step);
    const folded = (1 - decay ** 2) / (1 - 2 * decay * Math.cos(2 * Math.PI * f * step) + decay ** 2);
    const expected = 2 * step * variance(dwell.high, dwell.low) * folded;
    expect(Math.abs(power / expected - 1), `${f} Hz`).toBeLessThan(0.1);
    // Far below the rate of seeing, that is the Lorentzian itself.
    if (bin > 8) continue;
    const lorentzian =
      (4 * variance(dwell.high, dwell.low)) / rate / (1 + (2 * Math.PI * f) ** 2 / rate ** 2);
    expect(Math.abs(expected / lorentzian - 1)).toBeLessThan(0.03);
  }
});
