/** The weights that a node which stays digital keeps there, so that a compilation can say how many they are. */
import type { Graph, OnnxNode } from '../ir/graph.ts';
import { sizeOf } from '../math/tensor.ts';
import { unfoldedWeights } from './computed-weights.ts';
import { foreignMatrices, isMatrix, weightInputs, weightsInside } from './inner-weights.ts';

/** @returns the number of values by the name of the constant, and what its bodies hold by the name of its first output */
export function digitalWeights(node: OnnxNode, graph: Graph): ReadonlyMap<string, number> {
  const held = new Map<string, number>();
  const keep = (name: string) => {
    const tensor = graph.constants.get(name);
    if (tensor && isMatrix(tensor)) held.set(name, sizeOf(tensor.dims));
  };
  if (node.domain !== '') for (const name of foreignMatrices(node, graph)) keep(name);
  else {
    for (const position of weightInputs.get(node.op) ?? []) {
      const name = node.inputs[position] ?? '';
      for (const constant of unfoldedWeights(name, graph)?.constants ?? [name]) keep(constant);
    }
  }
  const inside = weightsInside(node, graph).reduce((sum, { weights }) => sum + weights, 0);
  if (inside > 0) held.set(`${node.outputs[0]}/body`, inside);
  return held;
}
