/**
 * Elimination of inner nodes of a resistor network by the star-mesh transform (Rosen 1924): a node with conductances
 * w_i to its neighbours is replaced by conductances w_i w_j / sum(w) between them. Seen from the nodes that stay, the
 * network is the same.
 *
 * It is Gaussian elimination on the nodal equations with the diagonal kept as the sum of its row (Grassmann, Taksar and
 * Heyman 1985). Nothing is ever subtracted, so every conductance comes out correct to a few rounding errors per step,
 * whatever the ratios between them are.
 */
import { eliminateStars, starMemory } from '../kernels/star-mesh.ts';

/** A network of few nodes, most of which have few neighbours. There is one at a time. */
export interface Mesh {
  /** Nodes. */
  readonly size: number;
  /** Siemens, [node][node]; only those above the diagonal are there. */
  readonly conductances: Float64Array;
}

/** A network without conductances, in the place of the one before. */
export function openMesh(size: number): Mesh {
  return { size, conductances: starMemory(size).fill(0, 0, size * size) };
}

/** How nodes of networks of one shape are eliminated, the first of them one after the other. */
export type Elimination = Int32Array;

const bytes = 8;

/**
 * @param between nodes that can have a conductance between them, each pair in its order
 * @param pivots nodes that are eliminated; each needs a conductance to a later node
 */
export function planElimination(
  size: number,
  between: readonly (readonly [number, number])[],
  pivots: number,
): Elimination {
  const later = Array.from({ length: size }, () => new Set<number>());
  for (const [a, b] of between) later[a]!.add(b);
  const plan: number[] = [];
  for (let node = 0; node < pivots; node++) {
    const own = [...later[node]!].sort((a, b) => a - b);
    plan.push(own.length, ...own.map((neighbour) => neighbour * bytes));
    for (const [i, a] of own.entries()) for (const b of own.slice(i + 1)) later[a]!.add(b);
  }
  return Int32Array.from(plan);
}

/**
 * Eliminates nodes from a network: the conductances between the nodes that stay are the result, the others are left as they were when
 * their node was eliminated.
 */
export function eliminate({ size }: Mesh, plan: Elimination): void {
  if (plan.length > 0) eliminateStars(size, plan);
}
