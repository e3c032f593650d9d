import { describe, expect, test } from 'vitest';
import { driftExponent, drifted } from '../../src/conditions/drift/cells.ts';
import { disturbedByReads } from '../../src/conditions/read-disturb/cells.ts';
import { relaxed } from '../../src/conditions/relaxation/cells.ts';
import { openStream } from '../../src/math/random.ts';
import { momentsOf } from '../statistics.ts';
import { cmoRelaxation, pcmDrift } from '../support/reading-laws.ts';

const draws = 100_000;
const micro = 1e-6;

/** Conductances of many cells that were programmed alike. */
function population(of: (xi: number) => number): Float64Array {
  const stream = openStream(1, 'test', 0);
  return Float64Array.from({ length: draws }, (_, cell) => {
    stream.seek(cell);
    return of(stream.normal());
  });
}

describe('read disturb', () => {
  const window = { gMin: 10 * micro, gMax: 90 * micro };
  const law = { change: 1e-6, towards: 'low', interval: 1e-3 } as const;

  test('is a factor per read pulse', () => {
    // A million pulses of a millionth each: the limit of compound interest, to first order in the millionth.
    expect(disturbedByReads(law, window, 50 * micro, 1000) / (50 * micro)).toBeCloseTo(Math.exp(-1), 6);
    const up = { ...law, towards: 'high' } as const;
    expect(disturbedByReads(up, window, 20 * micro, 1000) / (20 * micro)).toBeCloseTo(Math.E, 5);
    expect(disturbedByReads(law, window, 50 * micro, 0)).toBe(50 * micro);
    expect(disturbedByReads({ ...law, change: 0 }, window, 50 * micro, 1e9)).toBe(50 * micro);
  });

  test('ends at the window, and leaves what lies beyond it', () => {
    expect(disturbedByReads(law, window, 50 * micro, 1e7)).toBe(window.gMin);
    expect(disturbedByReads({ ...law, towards: 'high' }, window, 50 * micro, 1e7)).toBe(window.gMax);
    expect(disturbedByReads(law, window, 5 * micro, 1e7)).toBe(5 * micro);
    expect(disturbedByReads({ ...law, towards: 'high' }, window, 95 * micro, 1e7)).toBe(95 * micro);
  });
});

describe('relaxation', () => {
  test.each([
    // hardware.md 2.2: -0.73 uS at 1 h, -1.74 uS and a spread of 1.23 uS at 10 years
    [3600, -0.7288, 0.7559],
    [10 * 31_557_600, -1.7424, 1.2343],
  ])('after %d s moves 50 uS by %d +- %d uS', (at, shift, sigma) => {
    const cells = momentsOf(population((xi) => relaxed(cmoRelaxation, 50 * micro, at, xi)));
    const error = (4 * sigma * micro) / Math.sqrt(draws);
    expect(Math.abs(cells.mean - (50 + shift) * micro)).toBeLessThan(error + 1e-4 * micro);
    expect(Math.abs(cells.sigma - sigma * micro)).toBeLessThan(error);
  });

  test('is the same for all levels, and never below zero', () => {
    const at = (g: number) => relaxed(cmoRelaxation, g * micro, 86_400, 0.5) / micro - g;
    expect(at(10)).toBeCloseTo(at(80), 9);
    expect(relaxed(cmoRelaxation, 0.1 * micro, 86_400, -3)).toBe(0);
  });

  test('before its range counts as at the start of it', () => {
    expect(relaxed(cmoRelaxation, 5e-5, 1e-9, 1)).toBe(
      relaxed(cmoRelaxation, 5e-5, cmoRelaxation.validFrom, 1),
    );
  });

  test('moves every cell along one trajectory', () => {
    const path = (xi: number) => [1, 3600, 86_400].map((at) => relaxed(cmoRelaxation, 5e-5, at, xi) - 5e-5);
    const [one, hour, day] = path(2) as [number, number, number];
    expect(day - hour).toBeCloseTo((2 * 0.04201137 - 0.08900206) * Math.log(24) * micro, 12);
    expect(hour).toBeGreaterThan(one - micro);
  });
});

describe('drift', () => {
  test('keeps conductances right after programming', () => {
    expect(drifted(pcmDrift, 1e-5, 0, 3)).toBe(1e-5);
  });

  test('follows its power law', () => {
    // nu = 0.049 +- 0.008 at 25 uS: ((86400 + 20) / 20)^-0.049
    expect(drifted(pcmDrift, 25 * micro, 86_400, 0) / (25 * micro)).toBeCloseTo(4321 ** -0.049, 12);
    const exponents = momentsOf(population((xi) => driftExponent(pcmDrift, 25 * micro, xi)));
    expect(Math.abs(exponents.mean - 0.049)).toBeLessThan((4 * 0.008) / Math.sqrt(draws));
    expect(Math.abs(exponents.sigma - 0.008)).toBeLessThan((4 * 0.008) / Math.sqrt(2 * draws));
  });

  test('is stronger and wider at low conductances, within its bounds', () => {
    // x = ln(1 / 25) = -3.2189: 0.0244 + 0.0155 * 3.2189 = 0.07429, -0.0059 + 0.0125 * 3.2189 = 0.03434
    expect(driftExponent(pcmDrift, micro, 0)).toBeCloseTo(0.074293, 5);
    expect(driftExponent(pcmDrift, micro, 1) - driftExponent(pcmDrift, micro, 0)).toBeCloseTo(0.034336, 5);
    expect(driftExponent(pcmDrift, 1e-12, 0)).toBe(0.1);
  });
});
