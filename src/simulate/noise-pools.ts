/** A lowered graph -> the same with what its layers draw read noise from, as far as the arrays that it was lowered from have any. */
import type { ReadArrays } from '../chip/read.ts';
import type { Graph } from '../ir/graph.ts';
import { type NoiseSource, noiseSource, withNormals } from '../lower/noise-pool.ts';
import { longNormals, sequences, withSequences } from '../lower/sequence-pool.ts';

type Noise = Pick<ReadArrays, 'variances' | 'accumulated'>;

/** What layers of such arrays draw from. */
export const noiseOf = ({ variances, accumulated }: Noise): NoiseSource | undefined =>
  variances || accumulated ? noiseSource : undefined;

export function withPools(graph: Graph, seed: number, noise: Noise): Graph {
  if (!noiseOf(noise)) return graph;
  const white = withNormals(graph, seed);
  return noise.accumulated ? withSequences(white, seed) : white;
}

/** Not every noise takes something of every pool. */
export function withoutIdlePools(graph: Graph): Graph {
  const used = new Set(graph.nodes.flatMap((n) => (n.kind === 'onnx' ? n.inputs : [])));
  const pools = new Set([noiseSource.pool, sequences, longNormals]);
  const constants = new Map([...graph.constants].filter(([name]) => used.has(name) || !pools.has(name)));
  return { ...graph, constants };
}
