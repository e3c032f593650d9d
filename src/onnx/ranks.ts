/** The rank of values, as far as it follows from the ranks of the inputs. What is not known is absent. */
import type { Graph } from '../ir/graph.ts';
import { inferDims } from './dims.ts';

export type Ranks = ReadonlyMap<string, number>;

export function inferRanks(graph: Graph): Ranks {
  return new Map([...inferDims(graph)].map(([name, dims]) => [name, dims.length]));
}
