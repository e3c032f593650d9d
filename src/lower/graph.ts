/** Lowers a whole graph: every layer by the function given for its kind, digital nodes as they are. */
import type { Graph, Node, OnnxNode, ValueInfo } from '../ir/graph.ts';
import { createEmitter, type Emitter } from './emit.ts';

/**
 * @param lower emits a node that is not plain ONNX; returns false for nodes to be kept as they are
 * @param taps values that become outputs besides the graph's own
 */
export function lowerGraph(graph: Graph, lower: (emit: Emitter, node: Node) => boolean, taps: readonly string[] = []): Graph {
  const nodes: OnnxNode[] = [];
  const constants = new Map(graph.constants);
  for (const node of graph.nodes) {
    const output = node.kind === 'onnx' ? node.outputs[0]! : node.output;
    if (lower(createEmitter(output, node.origin, nodes, constants), node)) continue;
    if (node.kind === 'onnx') nodes.push(node);
  }
  const known = new Set(graph.outputs.map((o) => o.name));
  const extra = [...new Set(taps)].filter((name) => !known.has(name));
  return {
    ...graph,
    nodes,
    constants,
    outputs: [...graph.outputs, ...extra.map((name): ValueInfo => ({ name, elementType: 1, dims: undefined }))],
  };
}
