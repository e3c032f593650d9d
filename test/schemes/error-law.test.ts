import { describe, expect, test } from 'vitest';
import { sigmaAt } from '../../src/math/polynomial.ts';
import { type ErrorLawDraws, openErrorLawDraws, programOnce } from '../../src/schemes/error-law/error-law.ts';
import type { ProgrammingOf } from '../../src/schemes/models.ts';
import { newOutcome } from '../../src/schemes/scheme.ts';
import { countTolerance, momentsOf, normalBelow } from '../statistics.ts';

const cells = 200_000;
const wide = { gMin: 0, gMax: 1 };

/** Joshi et al. 2020, as CrossSim publishes it: 0.28639 + 0.07586 G - 0.0017877 G^2 in uS. */
const joshi: ProgrammingOf<'error-law'> = {
  scheme: 'error-law',
  distribution: 'normal',
  sigma: [0.28639e-6, 0.07586, -0.0017877e6],
  validFrom: 0,
  validTo: 25e-6,
  pulses: 10,
  unresponsive: 0,
  resetSpread: 0,
  pulseTime: 1e-6,
  pulseEnergy: 1e-12,
  readTime: 1e-6,
  readEnergy: 1e-12,
  formTime: 0,
  formEnergy: 0,
};

function programAll(
  law: ProgrammingOf<'error-law'>,
  level: number,
  window = wide,
  order: readonly number[] = Array.from({ length: cells }, (_, cell) => cell),
  draws: ErrorLawDraws = openErrorLawDraws(5, 2),
): Float64Array {
  const outcome = newOutcome();
  const results = new Float64Array(cells);
  for (const cell of order) {
    const write = { cell, event: cell, from: 3e-6, level, tolerance: 0, stuck: undefined };
    programOnce(law, window, draws, write, outcome);
    results[cell] = outcome.conductance;
  }
  return results;
}

test('the published polynomial, in uS', () => {
  for (const g of [0, 5, 12.5, 25])
    expect(sigmaAt(joshi.sigma, g * 1e-6) * 1e6).toBeCloseTo(0.28639 + 0.07586 * g - 0.0017877 * g * g, 9);
  expect(sigmaAt(joshi.sigma, 60e-6)).toBe(0);
});

test('a mean number of pulses between two is drawn as one of them, and moves no conductance', () => {
  const outcome = newOutcome();
  const draws = openErrorLawDraws(5, 2);
  const counts = new Map<number, number>();
  for (let cell = 0; cell < cells; cell++) {
    const write = { cell, event: cell, from: 3e-6, level: 10e-6, tolerance: 0, stuck: undefined };
    programOnce({ ...joshi, pulses: 10.4 }, wide, draws, write, outcome);
    counts.set(outcome.setPulses, (counts.get(outcome.setPulses) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([10, 11]);
  expect(Math.abs(counts.get(11)! - 0.4 * cells)).toBeLessThanOrEqual(countTolerance(cells, 0.4));
  expect(programAll({ ...joshi, pulses: 10.4 }, 10e-6)).toEqual(programAll(joshi, 10e-6));
});

describe.each(['normal', 'log-normal', 'uniform'] as const)('%s', (distribution) => {
  const law = { ...joshi, distribution };
  const level = 10e-6;
  const sigma = sigmaAt(law.sigma, level);
  const found = programAll(law, level);

  test('has the mean of the level and the standard deviation of the polynomial', () => {
    const { mean, sigma: spread } = momentsOf(found);
    expect(Math.abs(mean - level)).toBeLessThan((4 * sigma) / Math.sqrt(cells));
    // The standard error of a standard deviation is sigma sqrt((kurtosis - 1) / 4 n); all three have a kurtosis below 4.
    expect(Math.abs(spread / sigma - 1)).toBeLessThan(4 * Math.sqrt(3 / (4 * cells)));
  });

  test('has its own tails', () => {
    const s = Math.sqrt(Math.log1p((sigma / level) ** 2));
    const beyond = {
      normal: (k: number) => 1 - normalBelow(k),
      uniform: (k: number) => Math.max(0, (1 - k / Math.sqrt(3)) / 2),
      'log-normal': (k: number) => 1 - normalBelow((Math.log1p((k * sigma) / level) + (s * s) / 2) / s),
    }[distribution];
    for (const k of [1, 1.7, 2, 3, 4]) {
      const count = found.filter((g) => g - level > k * sigma).length;
      const p = beyond(k);
      expect(Math.abs(count - cells * p), `${k} sigma`).toBeLessThanOrEqual(countTolerance(cells, p));
    }
  });

  test('depends neither on the order of the cells nor on which are programmed', () => {
    const order = Array.from({ length: cells }, (_, i) => (i * 7919) % cells);
    expect(programAll(law, level, wide, order)).toEqual(found);
    const part = programAll(law, level, wide, order.slice(0, 1000));
    for (const cell of order.slice(0, 1000)) expect(part[cell]).toBe(found[cell]);
  });
});

test('a conductance stays within the window, with the mass beyond at its edges', () => {
  const window = { gMin: 0, gMax: 25.5e-6 };
  const low = programAll(joshi, 0, window);
  expect(Math.abs(low.filter((g) => g === 0).length - cells / 2)).toBeLessThan(countTolerance(cells, 0.5));
  const high = programAll(joshi, 25e-6, window);
  const p = 1 - normalBelow(0.5e-6 / sigmaAt(joshi.sigma, 25e-6));
  expect(Math.abs(high.filter((g) => g === 25.5e-6).length - cells * p)).toBeLessThan(
    countTolerance(cells, p),
  );
});

test('unresponsive cells keep their conductance, and the others their errors', () => {
  const share = 0.03;
  const with_ = programAll({ ...joshi, unresponsive: share }, 10e-6);
  const without = programAll(joshi, 10e-6);
  const kept = with_.filter((g) => g === 3e-6).length;
  expect(Math.abs(kept - cells * share)).toBeLessThan(countTolerance(cells, share));
  expect(with_.filter((g, cell) => g !== 3e-6 && g !== without[cell])).toHaveLength(0);
});
