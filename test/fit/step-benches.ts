/** A law of every step model, and trains that tell it: runs that come to the bounds where the law has hard ones. */
import type { Modelled } from '../../src/schemes/pulse-verify/pulse.ts';
import type { PulseLaw } from '../../src/schemes/pulse-verify/steps/law.ts';
import type { Bench } from './draw-trains.ts';

const step = {
  stepSize: 0.2,
  stepSpread: 0.15,
  stepLaw: 'normal',
  upDown: -0.2,
  upDownSpread: 0.1,
  boundMax: 1,
  boundMin: -1,
  boundMaxSpread: 0.08,
  boundMinSpread: 0.1,
  cycleToCycle: 0.15,
  writeNoise: 0,
} as const;
const soft = { ...step, model: 'soft-bounds' } as const;
const linear = {
  ...step,
  model: 'linear-step',
  gammaUp: 0.4,
  gammaDown: 0.5,
  gammaUpSpread: 0.15,
  gammaDownSpread: 0.15,
  slopeBound: 'mean',
} as const;

const window = { gMin: 10e-6, gMax: 90e-6 };
const bench: Bench = { window, devices: 12, runs: [15, 14, 14], readNoise: 0.2e-6 };

export const stepBenches: Readonly<Record<string, readonly [PulseLaw, Bench]>> = {
  'constant-step': [{ ...step, model: 'constant-step' } satisfies Modelled<'constant-step'>, bench],
  'linear-step, multiplicative noise': [{ ...linear, noise: 'multiplicative' }, bench],
  'linear-step, additive noise': [{ ...linear, noise: 'additive' }, bench],
  'soft-bounds, multiplicative noise': [{ ...soft, noise: 'multiplicative' }, bench],
  'soft-bounds, additive noise': [
    { ...soft, noise: 'additive' },
    { ...bench, readNoise: 0.8e-6 },
  ],
  'exponential-step': [
    {
      ...step,
      model: 'exponential-step',
      aUp: 0.05,
      aDown: 0.04,
      gammaUp: 2.5,
      gammaDown: 2.8,
      scale: 1,
      offset: 0,
      noiseFloor: 0,
      noiseSlope: 0,
    },
    bench,
  ],
  'cmo-hfox': [
    {
      ...step,
      model: 'cmo-hfox',
      stepSize: 1,
      upDown: 0,
      upDownSpread: 0,
      stepSpread: 0.1,
      boundMaxSpread: 0,
      boundMinSpread: 0,
      cycleToCycle: 0.1,
    },
    { ...bench, window: { gMin: 25e-6, gMax: 93e-6 } },
  ],
};
