/** The standard normals that read noise is made of: one constant per lowered graph, and the numbers of the images as an input. */
import type { Graph } from '../ir/graph.ts';
import { openStream } from '../math/random.ts';
import { float32, type Tensor } from '../math/tensor.ts';

/** Values of a graph that its layers draw noise from. */
export interface NoiseSource {
  /** Standard normals, [poolRows, poolColumns]. */
  readonly pool: string;
  /** Numbers of the images, int64 [images]: readings of images with the same number have the same noise. */
  readonly reading: string;
}

/** Input of a lowered graph with read noise: the number of every image of a batch. */
export const readingInput = 'crossloom/reading';

/** A power of two: multiplied by an odd number, images come back to a row only after that many. */
export const poolRows = 1 << 17;
export const poolColumns = 32;

/** The source in a graph that `withNormals` made. */
export const noiseSource: NoiseSource = { pool: 'crossloom/normals', reading: readingInput };

/** The normals of the chip that was lowered last: every state and time of it takes the same. */
let last: { readonly seed: number; readonly normals: Tensor } | undefined;

/** The normals of one chip, [poolRows, poolColumns]. */
export function drawPool(seed: number): Tensor {
  if (last?.seed === seed) return last.normals;
  const stream = openStream(seed, 'read-noise', 0);
  stream.seek(0);
  const values = new Float32Array(poolRows * poolColumns);
  for (let i = 0; i < values.length; i++) values[i] = stream.normal();
  last = { seed, normals: float32([poolRows, poolColumns], values) };
  return last.normals;
}

/** The graph with a pool of normals, and the numbers of the images as its last input. */
export function withNormals(graph: Graph, seed: number): Graph {
  return {
    ...graph,
    inputs: [...graph.inputs, { name: noiseSource.reading, elementType: 7, dims: ['images'] }],
    constants: new Map([...graph.constants, [noiseSource.pool, drawPool(seed)]]),
  };
}
