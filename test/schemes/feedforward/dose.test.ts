/** Pulses against integrating dx / dD = 1 - gamma x in small steps, and the driver's amplitudes. */
import { expect, test } from 'vitest';
import { amplitudeStep, givenAmplitude } from '../../../src/schemes/feedforward/amplitude.ts';
import { afterDose, conductanceAt, crossed, doseBetween } from '../../../src/schemes/feedforward/dose.ts';

/** Runge-Kutta of second order. */
function integrated(gamma: number, x: number, dose: number): number {
  const steps = 10_000;
  const d = dose / steps;
  let at = x;
  for (let i = 0; i < steps; i++) at += d * (1 - gamma * (at + (d / 2) * (1 - gamma * at)));
  return at;
}

test.each([0, 0.3, 0.5, 1])('gamma = %f', (gamma) => {
  for (const x of [0, 0.2, 0.7])
    for (const dose of [1e-6, 0.01, 0.25]) {
      const after = afterDose(gamma, x, dose);
      expect(after).toBeCloseTo(integrated(gamma, x, dose), 9);
      expect(doseBetween(gamma, x, after) / dose).toBeCloseTo(1, 8);
    }
});

test('a pulse ends at the end of the window, which no pulse reaches where the rate is 0 there', () => {
  expect(afterDose(0.5, 0.9, 10)).toBe(1);
  expect(doseBetween(1, 0.9, 1)).toBe(Number.POSITIVE_INFINITY);
  expect(Number.isFinite(doseBetween(0.5, 0, 1))).toBe(true);
});

test('shares of the window, upwards and downwards', () => {
  const window = { gMin: 10e-6, gMax: 30e-6 };
  expect(crossed(window, 15e-6, true)).toBeCloseTo(0.25, 12);
  expect(crossed(window, 15e-6, false)).toBeCloseTo(0.75, 12);
  for (const up of [true, false])
    expect(conductanceAt(window, crossed(window, 17e-6, up), up)).toBeCloseTo(17e-6, 15);
});

test('the driver gives the nearest of its amplitudes', () => {
  const driver = { min: 0.5, max: 1.25, bits: 2 };
  expect(amplitudeStep(driver)).toBe(0.25);
  expect([0, 0.6, 0.7, 1.1, 9].map((wanted) => givenAmplitude(driver, wanted))).toEqual([
    0.5, 0.5, 0.75, 1, 1.25,
  ]);
});
