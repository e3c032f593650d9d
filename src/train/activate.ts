/** Activations and the loss, forwards and backwards, in place on rows of numbers. */
import { argmax } from '../math/argmax.ts';
import type { TrainedLayer } from './network.ts';

/** Applies an activation to `length` numbers. */
export function activate(
  kind: TrainedLayer['activation'],
  values: Float32Array,
  from: number,
  length: number,
): void {
  if (kind === 'none') return;
  const end = from + length;
  if (kind === 'relu') {
    for (let i = from; i < end; i++) if (!(values[i]! > 0)) values[i] = 0;
  } else {
    for (let i = from; i < end; i++) values[i] = 1 / (1 + Math.exp(-values[i]!));
  }
}

/**
 * Takes gradients back through an activation. At 0, the slope of ReLU is 0.
 * @param activated what `activate` left
 */
export function deactivate(
  kind: TrainedLayer['activation'],
  gradients: Float32Array,
  activated: Float32Array,
  from: number,
  length: number,
): void {
  if (kind === 'none') return;
  const end = from + length;
  if (kind === 'relu') {
    for (let i = from; i < end; i++) if (activated[i] === 0) gradients[i] = 0;
  } else {
    for (let i = from; i < end; i++) gradients[i]! *= activated[i]! * (1 - activated[i]!);
  }
}

/**
 * Softmax cross-entropy: -log softmax(scores)[label], in nats.
 * @param gradients gets softmax(scores) - [label], from `from` on
 */
export function crossEntropy(
  scores: Float32Array,
  from: number,
  length: number,
  label: number,
  gradients: Float32Array,
): number {
  const largest = scores[from + argmax(scores, from, length)]!;
  let sum = 0;
  for (let i = from; i < from + length; i++) {
    const e = Math.exp(scores[i]! - largest);
    gradients[i] = e;
    sum += e;
  }
  for (let i = from; i < from + length; i++) gradients[i]! /= sum;
  gradients[from + label]! -= 1;
  return Math.log(sum) - (scores[from + label]! - largest);
}
