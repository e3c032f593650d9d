/** What `crossloom train` does where nothing else is said: chosen on held-out training images of MNIST, see docs/train.md. */
import type { TrainRequest } from './train.ts';

export const defaults = {
  epochs: 10,
  batch: 1,
  transferEvery: 100,
  maskProbability: 0.1,
  rounding: 'stochastic',
  learningRate: 1,
  rate: 0.01,
  gain: 1,
  lastGain: 1,
  range: 160,
} as const satisfies Partial<TrainRequest>;
