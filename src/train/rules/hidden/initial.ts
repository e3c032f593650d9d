/** Where hidden weights start: turns a seed into hidden integers, and a layer's width into the real weight of one level. */
import { openStream } from '../../../math/random.ts';
import { type HiddenPlane, transferredMagnitude } from '../../../target/hidden-plane.ts';
import type { TrainedLayer } from '../../network.ts';

/** A layer's starting point, where it is not drawn. */
export interface FirstHidden {
  /** [input][output]. */
  readonly hidden: Int16Array;
  /** Real weight of one step of a hidden integer. */
  readonly step: number;
}

/** The weights of a starting point in floating point. */
export function realWeights({ hidden, step }: FirstHidden): Float32Array {
  return Float32Array.from(hidden, (h) => h * step);
}

/**
 * Hidden integers uniform between -range and range.
 * @param layer number of the layer, which keys the draws
 */
export function drawHidden(seed: number, layer: number, count: number, range: number): Int16Array {
  const stream = openStream(seed, 'train-initial', layer);
  const values = new Int16Array(count);
  for (let i = 0; i < count; i++) values[i] = Math.floor(stream.uniform() * (2 * range + 1)) - range;
  return values;
}

/**
 * Real weight of one level with which weights drawn by `drawHidden` and transferred have the standard deviation
 * gain sqrt(2 / inputs): with a gain of 1, that of He et al., ICCV 2015.
 */
export function levelFor(
  { inputs }: TrainedLayer,
  { bits, transferBits }: HiddenPlane,
  range: number,
  gain: number,
): number {
  let squares = 0;
  for (let h = -range; h <= range; h++) squares += transferredMagnitude(h, bits, transferBits) ** 2;
  return (gain * Math.sqrt(2 / inputs)) / Math.sqrt(squares / (2 * range + 1));
}
