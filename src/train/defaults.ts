/** What `crossloom train` does where nothing else is said: chosen on held-out training images of MNIST, see docs/train.md. */
import type { HiddenOptions } from './rules/hidden/learner.ts';
import type { PulsedOptions } from './rules/pulsed-options.ts';
import type { TrainOptions } from './trainer.ts';

export const defaults = {
  epochs: 10,
  batch: 1,
  transferEvery: 100,
  maskProbability: 1,
  rounding: 'stochastic',
  learningRate: 3,
  biasRate: 0.002,
  rate: 0.01,
  gain: 1,
  lastGain: 1,
  range: 255,
} as const satisfies Partial<TrainOptions & HiddenOptions & { epochs: number }>;

/** The same of parallel updates. */
export const parallelDefaults = {
  ...{ epochs: defaults.epochs, batch: defaults.batch, gain: defaults.gain, lastGain: defaults.lastGain },
  ...{ learningRate: 0.01, biasRate: 0.01, rate: 0.01 },
  longestTrain: 10,
  updateBias: 'half',
} as const satisfies Partial<TrainOptions & PulsedOptions & { epochs: number }>;

/** The same of Tiki-Taka, besides. */
export const tikiTakaDefaults = {
  transferEvery: 1,
  fastSteps: 1,
  chopEvery: 10,
  symmetryPulses: { 'tiki-taka-2': 200, 'tiki-taka-4': 0 },
} as const;
