/** Laws of noise of readings against their published values. */
import { describe, expect, test } from 'vitest';
import { bandAt } from '../../src/conditions/accumulated.ts';
import { densities, varianceAt } from '../../src/conditions/cells.ts';
import type { Accumulation } from '../../src/conditions/condition.ts';
import { growingNoise } from '../../src/conditions/log-noise/cells.ts';
import { hasReadNoise } from '../../src/conditions/models.ts';
import { relativeNoise } from '../../src/conditions/power-noise/cells.ts';
import { scalesBetween } from '../../src/math/one-over-f.ts';
import { sigmaAt } from '../../src/math/polynomial.ts';
import { cmoNoise, pcmNoise } from '../support/reading-laws.ts';

const micro = 1e-6;

/** What a law of 1/f noise comes to at a time: standard deviation (S) of one reading, of all its time scales. */
function whole({ clock, sigma }: Accumulation, at: number, g: number, programmed = g): number {
  return sigma(g, programmed) * Math.sqrt(scalesBetween(bandAt(clock, at), 0, Number.POSITIVE_INFINITY));
}

describe('read noise', () => {
  test('white noise is a polynomial of the conductance, and never negative', () => {
    expect(sigmaAt([1e-6, 0.01], 50e-6)).toBeCloseTo(1.5e-6, 12);
    expect(sigmaAt([1e-6, -1], 50e-6)).toBe(0);
  });

  test('the CMO law has its published values', () => {
    // 0.0277316 log10(50) sqrt(ln((1 + 1e-6) / 2e-6)) uS
    expect(whole(growingNoise(cmoNoise), 1, 50 * micro) / micro).toBeCloseTo(0.170674, 5);
    expect(whole(growingNoise(cmoNoise), 0, 50 * micro)).toBe(0);
    expect(whole(growingNoise(cmoNoise), 1, 0.5 * micro)).toBe(0);
  });

  test('the PCM law has its published values', () => {
    // 0.0088 sqrt(ln((20 + 250e-9) / 500e-9)), and 0.0088 / 0.04^0.65 at 1 uS
    expect(whole(relativeNoise(pcmNoise), 0, 25e-6) / 25e-6).toBeCloseTo(
      0.0088 * Math.sqrt(Math.log(4e7)),
      6,
    );
    const share = 0.0088 / 0.04 ** 0.65;
    expect(whole(relativeNoise(pcmNoise), 0, 0.5e-6, 1e-6)).toBeCloseTo(
      0.5e-6 * share * Math.sqrt(Math.log(4e7)),
      10,
    );
    expect(whole(relativeNoise(pcmNoise), 0, 1e-9)).toBeCloseTo(0.2e-9 * Math.sqrt(Math.log(4e7)), 12);
  });

  test('white noise is apart from what has time scales', () => {
    const readNoise = { sigma: [1e-6] };
    const target = { readNoise, logNoise: cmoNoise };
    expect(varianceAt(target, 1)!(5e-5, 5e-5)).toBeCloseTo(1e-12, 18);
    expect(densities(target).map((law) => law(5e-5, 5e-5))).toEqual([
      growingNoise(cmoNoise).sigma(5e-5, 5e-5) ** 2,
    ]);
    expect(varianceAt(target, 1)!(0, 5e-5)).toBe(0);
    expect(varianceAt({ logNoise: cmoNoise }, 1)).toBeUndefined();
    expect([{}, { readNoise }, { logNoise: cmoNoise }].map(hasReadNoise)).toEqual([false, true, true]);
  });
});
