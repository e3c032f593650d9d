/**
 * Pulse trains whose meetings step cells by rate x d on average (Gokmen and Vlasov, Front. Neurosci. 2016): rows pulse in a
 * slot with probability |x| a, columns with |d| b, with a b length = rate. As the update management of the IBM Analog
 * Hardware Acceleration Kit has it, the largest |x| and |d| get the same probability, and trains are as long as these two need,
 *
 *   length = ceil(rate max|x| max|d|),  within 1 and the longest
 *
 * Where that is not long enough, probabilities end at 1: the largest steps are then too small.
 */
import { drawTrains } from '../../schemes/parallel-update/trains.ts';
import type { LayerTrains } from './pulsed-layer.ts';

/** The code that stands for a pulse in every slot, as the instruction `update` has it. */
const certain = 0x7fff;

/**
 * @param x inputs from `xFrom` on
 * @param d gradients from `dFrom` on; steps go against them
 * @param rate steps per unit of x d
 * @param longest slots of a train
 * @param key of the generator of the trains
 * @returns undefined where nothing is to step
 */
export function updateTrains(
  x: Float32Array,
  xFrom: number,
  inputs: number,
  d: Float32Array,
  dFrom: number,
  outputs: number,
  rate: number,
  longest: number,
  key: number,
): LayerTrains | undefined {
  const wanted = rate * largest(x, xFrom, inputs) * largest(d, dFrom, outputs);
  if (!(wanted > 0)) return undefined;
  const length = Math.min(longest, Math.ceil(wanted));
  const share = Math.sqrt(wanted / length);
  const rows = codes(x, xFrom, inputs, share);
  const columns = codes(d, dFrom, outputs, -share);
  return {
    length,
    rows: drawTrains(key, 'rows', rows, certain, length),
    columns: drawTrains(key, 'columns', columns, certain, length),
  };
}

export function largest(values: Float32Array, from: number, count: number): number {
  let most = 0;
  for (let i = from; i < from + count; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}

/** Probabilities of pulses with the signs of the values. @param share probability of the largest */
export function codes(values: Float32Array, from: number, count: number, share: number): Int16Array {
  const scale = (certain * share) / largest(values, from, count);
  const own = new Int16Array(count);
  for (let i = 0; i < count; i++)
    own[i] = Math.max(-certain, Math.min(certain, Math.round(scale * values[from + i]!)));
  return own;
}
