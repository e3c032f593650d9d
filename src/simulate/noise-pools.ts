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

const pools = [noiseSource.pool, sequences, longNormals];

/**
 * Without pools that no node takes anything of: not every noise does of every one.
 * @param others names of constants that go too where no node has them
 */
export function withoutIdlePools(graph: Graph, others: Iterable<string> = []): Graph {
  const used = new Set(graph.nodes.flatMap((n) => (n.kind === 'onnx' ? n.inputs : [])));
  const idle = new Set([...pools, ...others].filter((name) => !used.has(name)));
  return { ...graph, constants: new Map([...graph.constants].filter(([name]) => !idle.has(name))) };
}
