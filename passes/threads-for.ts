/** How many threads a pass is spread over. */
import { availableThreads } from '../src/pool.ts';

/** Starting threads takes as long as a pass over a few hundred thousand weights. */
const fewWeights = 500_000;

/** Threads that a pass over so many weights is spread over. */
export function threadsFor(weights: number): number {
  return weights < fewWeights ? 1 : availableThreads();
}
