/** Graph -> Graph in which digital nodes right after a layer are part of it, where their values have no other reader. */
import { type Graph, type MvmNode, type Node, type OnnxNode, outputsOf } from '../../src/ir/graph.ts';
import { countUses } from '../../src/ir/uses.ts';

/**
 * @param absorb the layer that does a node's work too, but for its output's name; undefined where none does. It finds by
 *   the name of a value the layer that gives it, if no other node reads the value
 */
export function absorbIntoLayers(
  graph: Graph,
  absorb: (node: OnnxNode, layerOf: (value: string) => MvmNode | undefined) => MvmNode | undefined,
): Graph {
  const uses = countUses(graph);
  const layers = new Map<string, { readonly node: MvmNode; readonly at: number }>();
  const layerOf = (value: string) => (uses.get(value) === 1 ? layers.get(value)?.node : undefined);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const merged = node.kind === 'onnx' ? absorb(node, layerOf) : undefined;
    const at = merged ? layers.get(merged.output)!.at : nodes.length;
    const result = merged ? { ...merged, output: outputsOf(node)[0]! } : node;
    nodes[at] = result;
    if (result.kind === 'mvm') layers.set(result.output, { node: result, at });
  }
  return { ...graph, nodes };
}
