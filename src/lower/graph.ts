/** Lowers a whole graph: every layer by the function given for its kind, digital nodes as they are. */
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { Graph, Node, OnnxNode, ValueInfo } from '../ir/graph.ts';
import { createEmitter, type Emitter } from './emit.ts';
import { shareConstants } from './share-constants.ts';

/**
 * @param lowering how a node is emitted; undefined for nodes to be kept as they are
 * @param taps values that become outputs besides the graph's own
 */
export function lowerGraph(
  graph: Graph,
  lowering: (node: Node) => ((emit: Emitter) => void) | undefined,
  taps: readonly string[] = [],
): Graph {
  const nodes: OnnxNode[] = [];
  const constants = new Map(graph.constants);
  for (const node of graph.nodes) {
    const output = node.kind === 'onnx' ? node.outputs[0]! : node.output;
    const lower = lowering(node);
    if (lower) lower(createEmitter(output, node.origin, nodes, constants));
    else if (node.kind === 'onnx') nodes.push(node);
    else throw new InternalError('lower', `${output}: nothing lowers a node of kind ${node.kind}`);
  }
  const known = new Set(graph.outputs.map((o) => o.name));
  const extra = [...new Set(taps)].filter((name) => !known.has(name));
  // onnxruntime folds Shape by what a model says about its outputs, and exporters leave stale batch sizes there.
  const read = new Set(nodes.flatMap((n) => n.inputs));
  const outputs = graph.outputs.map((output) =>
    read.has(output.name) ? { ...output, dims: output.dims?.map(() => undefined) } : output,
  );
  return shareConstants({
    ...graph,
    nodes,
    constants,
    outputs: [...outputs, ...extra.map((name): ValueInfo => ({ name, elementType: 1, dims: undefined }))],
  });
}
