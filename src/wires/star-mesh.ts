/**
 * Elimination of inner nodes of a resistor network by the star-mesh transform (Rosen 1924): a node with conductances
 * w_i to its neighbours is replaced by conductances w_i w_j / sum(w) between them. Seen from the nodes that stay, the
 * network is the same.
 *
 * It is Gaussian elimination on the nodal equations with the diagonal kept as the sum of its row (Grassmann, Taksar and
 * Heyman 1985). Nothing is ever subtracted, so every conductance comes out correct to a few rounding errors per step,
 * whatever the ratios between them are.
 */

/** A network of few nodes, most of which have few neighbours. */
export interface Mesh {
  /** Nodes. */
  readonly size: number;
  /** Siemens, [node][node]; only those above the diagonal are there. */
  readonly conductances: Float64Array;
}

let neighbours = new Int32Array(0);

/**
 * Eliminates nodes 0 to `pivots` - 1 of a network: the conductances between the nodes that stay are the result, the others are left as
 * they were when their node was eliminated. Every eliminated node must have a conductance to a later node.
 */
export function eliminate({ size, conductances }: Mesh, pivots: number): void {
  if (neighbours.length < size) neighbours = new Int32Array(size);
  for (let node = 0; node < pivots; node++) {
    const own = node * size;
    let [sum, count] = [0, 0];
    for (let j = node + 1; j < size; j++) {
      const conductance = conductances[own + j]!;
      if (conductance === 0) continue;
      neighbours[count++] = j;
      sum += conductance;
    }
    for (let a = 0; a < count; a++) {
      const i = neighbours[a]!;
      const ratio = conductances[own + i]! / sum;
      const row = i * size;
      for (let b = a + 1; b < count; b++) {
        const j = neighbours[b]!;
        conductances[row + j]! += ratio * conductances[own + j]!;
      }
    }
  }
}
