/** Where learning starts: turns a seed and a layer's width into first weights. */
import { openStream } from '../math/random.ts';
import type { TrainedLayer } from './network.ts';

/** A layer's starting point, where it is not drawn. */
export interface InitialLayer {
  /** [input][output], real. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** Floating-point weights uniform, with the standard deviation gain sqrt(2 / inputs): with a gain of 1, that of He et al., ICCV 2015. */
export function drawFloat(
  seed: number,
  layer: number,
  { inputs, outputs }: TrainedLayer,
  gain: number,
): Float32Array {
  const stream = openStream(seed, 'train-initial', layer);
  const largest = gain * Math.sqrt(6 / inputs);
  return Float32Array.from({ length: inputs * outputs }, () => largest * (2 * stream.uniform() - 1));
}
