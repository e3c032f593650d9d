/** Pulse models against the devices that they are fitted to. */
import { describe, expect, test } from 'vitest';
import { openStream } from '../../../src/math/random.ts';
import { fitPulses } from '../../../src/schemes/feedforward/fit.ts';
import type { FeedforwardProgramming } from '../../../src/schemes/feedforward/parameters.ts';
import { measure, staircaseProblem } from '../../../src/schemes/feedforward/staircase.ts';
import type { ProgrammingOf } from '../../../src/schemes/models.ts';
import { loadTarget } from '../../../src/target/load.ts';
import { momentsOf } from '../../statistics.ts';

const { target } = await loadTarget('tio2-feedforward');
const law = target.programming as ProgrammingOf<'feedforward'>;
const { cell } = target;
const draws = {
  reading: openStream(1, 'training-reading', 0),
  pulse: openStream(1, 'training-pulse', 0),
  reset: openStream(1, 'training-reset', 0),
};

const fitsOf = (own: FeedforwardProgramming, gain: number, number: number) => {
  const { down, up } = measure(own, cell, draws, gain, number);
  expect([staircaseProblem(down), staircaseProblem(up)]).toEqual([undefined, undefined]);
  return { up: fitPulses(own, cell, up), down: fitPulses(own, cell, down) };
};
/** Amplitude whose pulse has dose 1. */
const fullOf = ({ voltage, logDose, slope }: ReturnType<typeof fitPulses>) => voltage - logDose / slope;

test('without spread and noise it is the law of the device', () => {
  const quiet = {
    ...law,
    cycleToCycle: 0,
    readNoise: 0,
    potentiation: { vFull: 1.4, vScale: 0.12, gamma: 0.35 },
    depression: { vFull: 1.6, vScale: 0.08, gamma: 0.7 },
  };
  const gain = 1.3;
  const { up, down } = fitsOf(quiet, gain, 0);
  for (const [fit, { vFull, vScale, gamma }] of [
    [up, quiet.potentiation],
    [down, quiet.depression],
  ] as const) {
    expect(fit.gamma).toBeCloseTo(gamma, 4);
    expect(fit.slope * vScale).toBeCloseTo(1, 4);
    expect(fullOf(fit)).toBeCloseTo(vFull - vScale * Math.log(gain), 4);
  }
});

test('with them it scatters around that as least squares do', () => {
  const fits = Array.from({ length: 400 }, (_, number) => fitsOf(law, 1, number).up);
  const { vScale, gamma } = law.potentiation;
  const slope = momentsOf(fits.map((fit) => fit.slope * vScale));
  // Weighted least squares, by the steps of a staircase without spread and noise. Neighbouring steps have a reading in common, whose
  // error makes one larger and the other smaller: the slope between two amplitudes that take turns feels that twice.
  const { voltages, readings } = measure({ ...law, cycleToCycle: 0, readNoise: 0 }, cell, draws, 1, 0).up;
  const middle = (voltages[0]! + voltages[1]!) / 2;
  const information = voltages.reduce((sum, v, i) => {
    const noise = law.readNoise / (readings[i + 1]! - readings[i]!);
    return sum + ((v - middle) / vScale) ** 2 / (law.cycleToCycle ** 2 + 2 * noise ** 2);
  }, 0);
  const expected = 1 / Math.sqrt(information);
  expect(Math.abs(slope.mean - 1)).toBeLessThan((4 * expected) / Math.sqrt(400) + 0.001);
  expect(slope.sigma / expected).toBeGreaterThan(0.9);
  expect(slope.sigma / expected).toBeLessThan(Math.SQRT2);
  const gammas = momentsOf(fits.map((fit) => fit.gamma));
  expect(Math.abs(gammas.mean - gamma)).toBeLessThan((4 * gammas.sigma) / Math.sqrt(400) + 0.002);
});

describe('staircases from which nothing can be learnt', () => {
  test('that do not move', () => {
    expect(staircaseProblem(measure(law, cell, draws, 0, 3).down)).toMatch(/is not monotone: pulse/);
  });

  test('that turn', () => {
    const { up } = measure(law, cell, draws, 1, 3);
    const readings = up.readings.with(7, up.readings[5]!);
    expect(staircaseProblem({ ...up, readings })).toMatch(
      /^the staircase up is not monotone: pulse 7 of \d+ takes a reading from [\d.]+ uS to [\d.]+ uS$/,
    );
  });

  test('that are through the window at once', () => {
    const { up } = measure(law, cell, draws, 40, 3);
    expect(up.pulses).toBeLessThan(5);
    expect(staircaseProblem(up)).toMatch(/at the end of the window after \d steps, and 4 are needed$/);
  });
});
