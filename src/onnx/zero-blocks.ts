/**
 * Graph -> the same function, in which DequantizeLinear of blocks of int8 has zero points. Where onnxruntime turns signed
 * weights into unsigned ones, it gives a node without zero points one for all of its blocks, and then refuses to run it.
 */
import { freshNames, type Graph, type Node, type OnnxNode, valuesOf } from '../ir/graph.ts';
import { sizeOf, type Tensor } from '../math/tensor.ts';
import { intOf } from './attribute-values.ts';

export function zeroBlocks(graph: Graph): Graph {
  if (!graph.nodes.some(lacksZeros)) return graph;
  const fresh = freshNames(new Set(valuesOf(graph)));
  const constants = new Map(graph.constants);
  const nodes = graph.nodes.map((node) => {
    if (!lacksZeros(node)) return node;
    const [codes = '', scale = ''] = node.inputs;
    const steps = constants.get(scale);
    if (constants.get(codes)?.type !== 'int8' || !steps) return node;
    const name = fresh(`${scale}/zero`);
    const zeros: Tensor = { type: 'int8', dims: steps.dims, data: new Int8Array(sizeOf(steps.dims)) };
    constants.set(name, zeros);
    return { ...node, inputs: [codes, scale, name] };
  });
  return { ...graph, nodes, constants };
}

function lacksZeros(node: Node): node is OnnxNode {
  return (
    node.kind === 'onnx' &&
    node.domain === '' &&
    node.op === 'DequantizeLinear' &&
    intOf(node, 'block_size', 0) > 0 &&
    (node.inputs[2] ?? '') === ''
  );
}
