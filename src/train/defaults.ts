/** What `crossloom train` does where nothing else is said: chosen on held-out training images of MNIST, see docs/train.md. */
import type { TrainRequest } from './train.ts';

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
} as const satisfies Partial<TrainRequest>;
