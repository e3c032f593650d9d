import { describe, expect, test } from 'vitest';
import { presets } from '../../../src/schemes/pulse-verify/presets.ts';
import {
  drawDevice,
  newDevice,
  openDeviceDraws,
  type PulseDevice,
} from '../../../src/schemes/pulse-verify/steps/device.ts';
import type { PulseLaw } from '../../../src/schemes/pulse-verify/steps/law.ts';
import { momentsOf, normalBelow, normalDensity } from '../../statistics.ts';

const count = 100_000;

function drawAll(law: PulseLaw, order = Array.from({ length: count }, (_, i) => i)): PulseDevice[] {
  const draws = openDeviceDraws(9, 4);
  const devices: PulseDevice[] = [];
  for (const cell of order) {
    const device = newDevice();
    drawDevice(law, draws, cell, device);
    devices[cell] = device;
  }
  return devices;
}

/** Mean and standard deviation of |mean + sigma xi|. */
function folded(mean: number, sigma: number): { readonly mean: number; readonly sigma: number } {
  if (sigma === 0) return { mean: Math.abs(mean), sigma: 0 };
  const k = mean / sigma;
  const m = sigma * 2 * normalDensity(k) + mean * (1 - 2 * normalBelow(-k));
  return { mean: m, sigma: Math.sqrt(mean ** 2 + sigma ** 2 - m ** 2) };
}

function expectMoments(values: number[], mean: number, sigma: number, name: string): void {
  const found = momentsOf(values);
  expect(Math.abs(found.mean - mean), `${name} mean`).toBeLessThanOrEqual(
    (4 * sigma) / Math.sqrt(count) + 1e-12,
  );
  // Folded normals have a kurtosis below 5.
  expect(Math.abs(found.sigma - sigma), `${name} sigma`).toBeLessThanOrEqual(
    (4 * sigma) / Math.sqrt(count) + 1e-12,
  );
}

describe.each(Object.entries(presets))('the devices of %s', (_, law) => {
  const devices = drawAll(law);

  test('have bounds with the published spread', () => {
    const upper = folded(law.boundMax, law.boundMax * law.boundMaxSpread);
    expectMoments(
      devices.map((d) => d.upper),
      upper.mean,
      upper.sigma,
      'upper',
    );
    const lower = folded(-law.boundMin, -law.boundMin * law.boundMinSpread);
    expectMoments(
      devices.map((d) => -d.lower),
      lower.mean,
      Math.abs(lower.sigma),
      'lower',
    );
    expect(devices.every((d) => d.lower <= 0 && d.upper >= 0)).toBe(true);
  });

  test('have steps with the published spread and asymmetry', () => {
    const { stepSize, stepSpread, upDown, upDownSpread } = law;
    if (law.stepLaw === 'normal') {
      const sigma = Math.hypot(stepSpread, upDownSpread) * stepSize;
      const up = folded((1 + Math.min(upDown, 0)) * stepSize, sigma);
      const down = folded((1 - Math.max(upDown, 0)) * stepSize, sigma);
      expectMoments(
        devices.map((d) => d.up),
        up.mean,
        up.sigma,
        'up',
      );
      expectMoments(
        devices.map((d) => d.down),
        down.mean,
        down.sigma,
        'down',
      );
    } else {
      // Where the asymmetry is small, the logarithm of the step is normal.
      const logs = devices.map((d) => Math.log((d.up + d.down) / 2 / stepSize));
      expectMoments(logs, 0, stepSpread, 'log step');
    }
    const difference = momentsOf(devices.map((d) => (d.up - d.down) / (2 * stepSize)));
    expect(Math.abs(difference.mean - upDown / 2)).toBeLessThan(0.005);
    expect(Math.abs(difference.sigma - upDownSpread)).toBeLessThan(0.005);
  });
});

test('slopes refer to the mean bound or to the own one', () => {
  const law = presets.EcRamMO;
  if (law.model !== 'linear-step') throw new Error('linear-step expected');
  expectMoments(
    drawAll(law).map((d) => d.slopeUp * law.boundMax),
    law.gammaUp,
    law.gammaUpSpread,
    'gammaUp',
  );
  const own = drawAll({ ...law, slopeBound: 'own' });
  expectMoments(
    own.map((d) => d.slopeDown * d.lower),
    law.gammaDown,
    law.gammaDownSpread,
    'gammaDown',
  );
});

test('a one-sided device resets to a state of its own', () => {
  expectMoments(
    drawAll(presets.PCM).map((d) => d.reset),
    0.01,
    0.02,
    'reset',
  );
});

test('neither the order nor an effect that is off changes another draw', () => {
  const law = presets.ReRamArrayOM;
  const all = drawAll(law);
  const order = Array.from({ length: count }, (_, i) => (i * 7919) % count);
  expect(drawAll(law, order)).toEqual(all);
  const without = drawAll({ ...law, boundMaxSpread: 0 });
  expect(without.every((d, i) => d.lower === all[i]!.lower && d.up === all[i]!.up)).toBe(true);
  expect(without.every((d) => d.upper === 1)).toBe(true);
});

test('the presets have the published numbers', () => {
  const { ReRamArrayOM, ReRamArrayHfO2, ReRamES, ReRamSB, EcRamMO, PCM, GokmenVlasov, Idealized } = presets;
  const rows = [
    [ReRamArrayOM, 'soft-bounds', 0.0949, 1, -1, 0.7829, 0.3499, 0.5695, 0.4158, 1.4113],
    [ReRamArrayHfO2, 'soft-bounds', 0.4622, 1, -1, 0.7125, 0.4295, 0.599, 0.2174, 0.5841],
    [ReRamES, 'exponential-step', 0.00135, 1, -1, 0.2, 0.3, 0.3, 5, 75],
    [ReRamSB, 'soft-bounds', 0.002, 1.25, -0.75, 0.3, 0.24, 0.4, 3.75, 56],
    [EcRamMO, 'linear-step', 2.8214e-4, 1.1714, -0.8286, 0.1, 0.05, 0.05, 2, 0],
    [PCM, 'exponential-step', 0.01, 2, 0, 0.2, 0.1, 0, 0.6, 0],
    [GokmenVlasov, 'constant-step', 0.0016, 1, -1, 0.3, 0.3, 0.3, 0.3, 0],
    [Idealized, 'constant-step', 0.0002, 1, -1, 0.3, 0.3, 0.3, 0.3, 0],
  ] as const;
  for (const [law, model, ...numbers] of rows) {
    expect(law.model).toBe(model);
    const {
      stepSize,
      boundMax,
      boundMin,
      stepSpread,
      boundMaxSpread,
      boundMinSpread,
      cycleToCycle,
      writeNoise,
    } = law;
    [
      stepSize,
      boundMax,
      boundMin,
      stepSpread,
      boundMaxSpread,
      boundMinSpread,
      cycleToCycle,
      writeNoise,
    ].forEach((value, i) => {
      expect(value).toBeCloseTo(numbers[i]!, 10);
    });
  }
});
