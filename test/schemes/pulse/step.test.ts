import { describe, expect, test } from 'vitest';
import { openStream } from '../../../src/math/random.ts';
import {
  cmoConductance,
  cmoPulse,
  cmoPulses,
  cmoStates,
} from '../../../src/schemes/pulse-verify/cmo-hfox.ts';
import { presets } from '../../../src/schemes/pulse-verify/presets.ts';
import type { Modelled, StepLaw } from '../../../src/schemes/pulse-verify/pulse.ts';
import { newDevice, type PulseDevice } from '../../../src/schemes/pulse-verify/steps/device.ts';
import type { PulseLaw } from '../../../src/schemes/pulse-verify/steps/law.ts';
import { symmetryPoint } from '../../../src/schemes/pulse-verify/steps/soft-bounds.ts';
import { conductanceOf, pulsed, stateOf } from '../../../src/schemes/pulse-verify/steps/step.ts';
import { momentsOf } from '../../statistics.ts';

const window = { gMin: 25e-6, gMax: 90e-6 };
const common: StepLaw = {
  stepSize: 0.01,
  stepSpread: 0,
  stepLaw: 'normal',
  upDown: 0,
  upDownSpread: 0,
  boundMax: 1,
  boundMin: -1,
  boundMaxSpread: 0,
  boundMinSpread: 0,
  cycleToCycle: 0.5,
  writeNoise: 0,
};
const soft: PulseLaw = { ...common, model: 'soft-bounds', noise: 'additive' };
const device: PulseDevice = { ...newDevice(), upper: 0.8, lower: -0.6, up: 0.02, down: 0.01 };

/** The state after `pulses` pulses without noise. */
function after(law: PulseLaw, of: PulseDevice, w: number, up: boolean, pulses: number): number {
  let state = w;
  for (let i = 0; i < pulses; i++) state = pulsed(law, window, of, state, up, 1, 0);
  return state;
}

describe('mean steps', () => {
  test('constant: n pulses make n steps, up to the bound', () => {
    const law: PulseLaw = { ...common, model: 'constant-step' };
    expect(after(law, device, -0.3, true, 20)).toBeCloseTo(0.1, 12);
    expect(after(law, device, 0.1, false, 20)).toBeCloseTo(-0.1, 12);
    expect(after(law, device, 0, true, 1000)).toBe(0.8);
  });

  test('soft bounds: the distance to the bound shrinks geometrically', () => {
    const up = 0.8 - (0.8 + 0.3) * (1 - 0.02 / 0.8) ** 50;
    expect(after(soft, device, -0.3, true, 50)).toBeCloseTo(up, 12);
    const down = -0.6 + (0.3 + 0.6) * (1 - 0.01 / 0.6) ** 50;
    expect(after(soft, device, 0.3, false, 50)).toBeCloseTo(down, 12);
  });

  test('soft bounds: at the symmetry point a pulse up undoes one down', () => {
    const w = symmetryPoint(device);
    expect(w).toBeCloseTo(0.01 / (0.02 / 0.8 + 0.01 / 0.6), 12);
    const up = pulsed(soft, window, device, w, true, 1, 0) - w;
    const down = pulsed(soft, window, device, w, false, 1, 0) - w;
    expect(up).toBeCloseTo(-down, 12);
    expect(up).toBeGreaterThan(0);
  });

  test('linear: w approaches 1 / slope, at the share that gamma leaves', () => {
    const law: Modelled<'linear-step'> = {
      ...common,
      model: 'linear-step',
      noise: 'additive',
      gammaUp: 0.4,
      gammaDown: 0.7,
      gammaUpSpread: 0,
      gammaDownSpread: 0,
      slopeBound: 'mean',
    };
    const sloped = { ...device, slopeUp: 0.4, slopeDown: -0.7 };
    const limit = 1 / 0.4;
    expect(after(law, sloped, -0.5, true, 30)).toBeCloseTo(
      limit - (limit + 0.5) * (1 - 0.02 * 0.4) ** 30,
      12,
    );
    // At a bound that equals the mean one the step is 1 - gamma of that at 0.
    const wide = { ...sloped, upper: 5, lower: -5 };
    expect(pulsed(law, window, wide, 1, true, 1, 0) - 1).toBeCloseTo(0.02 * 0.6, 12);
    expect(pulsed(law, window, wide, -1, false, 1, 0) + 1).toBeCloseTo(-0.01 * 0.3, 12);
  });

  test('exponential: the step of the published preset at three states', () => {
    const law = presets.ReRamES;
    const of = { ...newDevice(), upper: 1, lower: -1, up: 0.00135, down: 0.001 };
    for (const w of [-0.9, 0, 0.9]) {
      const z = -0.5 * w - 0.5;
      const up = 0.00135 * Math.max(0, 1 + 1.18445 * Math.exp(5 * z));
      const down = -0.001 * Math.max(0, 1 + 0.081404 * Math.exp(-5 * z));
      expect(pulsed(law, window, of, w, true, 1, 0) - w).toBeCloseTo(up, 12);
      expect(pulsed(law, window, of, w, false, 1, 0) - w).toBeCloseTo(down, 12);
    }
  });

  test('one-sided: a pulse down resets', () => {
    const of = { ...newDevice(), upper: 2, lower: 0, up: 0.01, reset: 0.013 };
    expect(pulsed(presets.PCM, window, of, 1.5, false, 1, 3)).toBeCloseTo(0.013, 12);
    expect(pulsed(presets.PCM, window, of, 0.1, true, 1, 0)).toBeGreaterThan(0.1);
  });

  test('the table of the compact model follows its differential equation', () => {
    const law: PulseLaw = { ...common, model: 'cmo-hfox', stepSize: 1, cycleToCycle: 0 };
    const of = { ...newDevice(), upper: 1, lower: -1, up: 1, down: 1 };
    let c: number = cmoStates.hrs;
    let w = stateOf(law, window, cmoConductance(c));
    for (let i = 0; i < 10; i++) {
      c = cmoPulse(c, cmoPulses.set, cmoPulses.width);
      w = pulsed(law, window, of, w, true, 1, 0);
      expect(conductanceOf(law, window, w) / cmoConductance(c)).toBeCloseTo(1, 3);
    }
    for (let i = 0; i < 10; i++) {
      c = cmoPulse(c, cmoPulses.reset, cmoPulses.width);
      w = pulsed(law, window, of, w, false, 1, 0);
      expect(conductanceOf(law, window, w) / cmoConductance(c)).toBeCloseTo(1, 3);
    }
  });
});

describe('cycle-to-cycle spread of a step, over 100,000 draws', () => {
  const count = 100_000;
  const wide = { ...device, upper: 10, lower: -10, slopeUp: 0.1, slopeDown: -0.1 };
  const w = 0.4;
  const linear = {
    ...common,
    model: 'linear-step',
    gammaUp: 0,
    gammaDown: 0,
    gammaUpSpread: 0,
    gammaDownSpread: 0,
    slopeBound: 'own',
  } as const;
  const cases: readonly (readonly [string, PulseLaw, number, number])[] = [
    ['constant', { ...common, model: 'constant-step' }, 0.02, 0.5 * 0.02],
    ['soft bounds, additive', soft, 0.02 * 0.96, 0.5 * 0.02],
    ['soft bounds, multiplicative', { ...soft, noise: 'multiplicative' }, 0.02 * 0.96, 0.5 * 0.02 * 0.96],
    ['linear, additive', { ...linear, noise: 'additive' }, 0.02 * 0.96, 0.5 * 0.02],
    ['linear, multiplicative', { ...linear, noise: 'multiplicative' }, 0.02 * 0.96, 0.5 * 0.02 * 0.96],
    [
      'exponential, with a floor',
      {
        ...common,
        model: 'exponential-step',
        aUp: 0,
        aDown: 0,
        gammaUp: 1,
        gammaDown: 1,
        scale: 1,
        offset: 0,
        noiseFloor: 0.03,
        noiseSlope: 0.05,
      },
      0.02,
      0.5 * (0.02 + 0.03 + 0.05 * w),
    ],
  ];

  test.each(cases)('%s', (_, law, mean, sigma) => {
    const stream = openStream(1, 'test', 0);
    const steps = Float64Array.from({ length: count }, (_, i) => {
      stream.seek(i);
      return pulsed(law, window, wide, w, true, 1, stream.normal()) - w;
    });
    const found = momentsOf(steps);
    expect(Math.abs(found.mean - mean)).toBeLessThan((4 * sigma) / Math.sqrt(count));
    expect(Math.abs(found.sigma / sigma - 1)).toBeLessThan(4 / Math.sqrt(2 * count));
    const beyond = steps.filter((step) => Math.abs(step - mean) > 3 * sigma).length;
    expect(Math.abs(beyond - count * 0.0026998)).toBeLessThan(4 * Math.sqrt(count * 0.0027) + 1);
  });
});
