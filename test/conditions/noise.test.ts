/** Laws of white noise of readings against their published values. */
import { describe, expect, test } from 'vitest';
import { varianceAt } from '../../src/conditions/cells.ts';
import { growingNoise } from '../../src/conditions/log-noise/cells.ts';
import { hasReadNoise } from '../../src/conditions/models.ts';
import { relativeNoise } from '../../src/conditions/power-noise/cells.ts';
import { sigmaAt } from '../../src/math/polynomial.ts';
import { cmoNoise, pcmNoise } from '../support/reading-laws.ts';

const micro = 1e-6;

describe('read noise', () => {
  test('white noise is a polynomial of the conductance, and never negative', () => {
    expect(sigmaAt([1e-6, 0.01], 50e-6)).toBeCloseTo(1.5e-6, 12);
    expect(sigmaAt([1e-6, -1], 50e-6)).toBe(0);
  });

  test('the CMO law has its published values', () => {
    // 0.0277316 log10(50) sqrt(ln((1 + 1e-6) / 2e-6)) uS
    expect(growingNoise(cmoNoise, 1)(50 * micro, 50 * micro) / micro).toBeCloseTo(0.170674, 5);
    expect(growingNoise(cmoNoise, 0)(50 * micro, 50 * micro)).toBe(0);
    expect(growingNoise(cmoNoise, 1)(0.5 * micro, 0.5 * micro)).toBe(0);
  });

  test('the PCM law has its published values', () => {
    // 0.0088 sqrt(ln((20 + 250e-9) / 500e-9)), and 0.0088 / 0.04^0.65 at 1 uS
    expect(relativeNoise(pcmNoise, 0)(25e-6, 25e-6) / 25e-6).toBeCloseTo(
      0.0088 * Math.sqrt(Math.log(4e7)),
      6,
    );
    const share = 0.0088 / 0.04 ** 0.65;
    expect(relativeNoise(pcmNoise, 0)(0.5e-6, 1e-6)).toBeCloseTo(
      0.5e-6 * share * Math.sqrt(Math.log(4e7)),
      10,
    );
    expect(relativeNoise(pcmNoise, 0)(1e-9, 1e-9)).toBeCloseTo(0.2e-9 * Math.sqrt(Math.log(4e7)), 12);
  });

  test('variances of several laws add up', () => {
    const readNoise = { sigma: [1e-6] };
    expect(varianceAt({ readNoise, logNoise: cmoNoise }, 1)(5e-5, 5e-5)).toBeCloseTo(
      1e-12 + growingNoise(cmoNoise, 1)(5e-5, 5e-5) ** 2,
      18,
    );
    expect(varianceAt({ readNoise }, 1)(0, 5e-5)).toBe(0);
    expect([hasReadNoise({}), hasReadNoise({ readNoise })]).toEqual([false, true]);
  });
});
