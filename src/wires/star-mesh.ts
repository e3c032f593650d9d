/**
 * Elimination of inner nodes of a resistor network by the star-mesh transform (Rosen 1924): a node with conductances
 * w_i to its neighbours is replaced by conductances w_i w_j / sum(w) between them. Seen from the nodes that stay, the
 * network is the same.
 *
 * It is Gaussian elimination on the nodal equations with the diagonal kept as the sum of its row (Grassmann, Taksar and
 * Heyman 1985). Nothing is ever subtracted, so every conductance comes out correct to a few rounding errors per step,
 * whatever the ratios between them are.
 */

import { type Mesh, panel } from '../kernels/mesh-panel.ts';

/**
 * Eliminates nodes 0 to `pivots` - 1 of a network.
 * @param mesh of its conductances (siemens) only those above the diagonal are read; those between the nodes that stay are
 *   the result, the others are left as they were when their node was eliminated
 * Every eliminated node must have a conductance to a later node.
 */
export function eliminate(mesh: Mesh, pivots: number): void {
  let node = 0;
  for (; node + panel <= pivots; node += panel) {
    for (let t = 0; t < panel; t++) eliminateAmong(mesh, node + t, node + panel, t);
    mesh.addPanel(node);
  }
  for (; node < pivots; node++) eliminateAmong(mesh, node, mesh.size, 0);
}

/** Eliminates one node, as far as the nodes before `end` are concerned; its ratios to later nodes are those of `slot`. */
function eliminateAmong({ size, conductances, ratios }: Mesh, node: number, end: number, slot: number): void {
  const [own, first] = [node * size, slot * size];
  let sum = 0;
  for (let j = node + 1; j < size; j++) sum += conductances[own + j]!;
  for (let j = node + 1; j < size; j++) ratios[first + j] = conductances[own + j]! / sum;
  for (let i = node + 1; i < end; i++) {
    const ratio = ratios[first + i]!;
    const row = i * size;
    for (let j = i + 1; j < size; j++) conductances[row + j]! += ratio * conductances[own + j]!;
  }
}
