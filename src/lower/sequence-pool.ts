/**
 * The sequences that 1/f noise along the pixels of an image is made of: one constant per lowered graph. Every row is a
 * sequence of its own, of unit variance, with the time scales from one of its steps to all of them.
 */
import type { Graph } from '../ir/graph.ts';
import { openStream } from '../math/random.ts';
import { float32, type Tensor } from '../math/tensor.ts';
import { sequenceLength } from './layer-noise.ts';
import { drawPool } from './noise-pool.ts';

export const sequences = 'crossloom/sequences';
/** White normals in rows of that length. */
export const longNormals = 'crossloom/long-normals';

/** A power of two: multiplied by an odd number, images come back to a row only after that many. */
export const sequenceRows = 1 << 14;

/** Octaves of time scales, each of them one process that forgets with the correlation time of its middle. */
const octaves = Math.log2(sequenceLength);

/** What a step leaves of every octave. */
export const sequenceDecays: readonly number[] = Array.from({ length: octaves }, (_, octave) =>
  Math.exp(-Math.PI / 2 ** (octave + 0.5)),
);

/** The sequences of the chip that was lowered last: every state and time of it takes the same. */
let last: { readonly seed: number; readonly drawn: Tensor } | undefined;

function drawSequences(seed: number): Tensor {
  if (last?.seed === seed) return last.drawn;
  const stream = openStream(seed, 'noise-sequences', 0);
  stream.seek(0);
  const values = new Float32Array(sequenceRows * sequenceLength);
  const fresh = sequenceDecays.map((decay) => Math.sqrt(1 - decay ** 2));
  const state = new Float64Array(octaves);
  for (let at = 0; at < values.length; at += sequenceLength) {
    for (let octave = 0; octave < octaves; octave++) state[octave] = stream.normal();
    for (let step = 0; step < sequenceLength; step++) {
      let sum = 0;
      for (let octave = 0; octave < octaves; octave++) {
        sum += state[octave]!;
        state[octave] = sequenceDecays[octave]! * state[octave]! + fresh[octave]! * stream.normal();
      }
      values[at + step] = sum / Math.sqrt(octaves);
    }
  }
  last = { seed, drawn: float32([sequenceRows, sequenceLength], values) };
  return last.drawn;
}

/** The graph with a pool of sequences, and of normals in rows as long. */
export function withSequences(graph: Graph, seed: number): Graph {
  const normals = drawPool(seed).data as Float32Array;
  const long = float32([sequenceRows, sequenceLength], normals);
  const pools = [
    [sequences, drawSequences(seed)],
    [longNormals, long],
  ] as const;
  return { ...graph, constants: new Map([...graph.constants, ...pools]) };
}
