/** How many threads a compilation is spread over. */
import type { Graph } from '../ir/graph.ts';
import { sizeOf } from '../math/tensor.ts';
import { availableThreads } from '../threads/pool.ts';

/** Starting threads takes as long as the passes over a few hundred thousand weights. */
const fewWeights = 500_000;

export function threadsFor({ constants }: Graph): number {
  const weights = [...constants.values()].reduce((sum, { dims }) => sum + sizeOf(dims), 0);
  return weights < fewWeights ? 1 : availableThreads();
}
