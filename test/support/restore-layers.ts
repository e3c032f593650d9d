/** Graph with mvm nodes -> ONNX nodes that compute the same, by the layout that ir/graph.ts documents. */
import type { Graph, MvmNode, Node, OnnxNode } from '../../src/ir/graph.ts';
import { float32, type Tensor } from '../../src/math/tensor.ts';
import { node } from './onnx-model.ts';

export function restoreLayers(graph: Graph): Graph {
  const constants = new Map<string, Tensor>(graph.constants);
  const nodes = graph.nodes.flatMap((n): Node[] => (n.kind === 'mvm' ? restore(n, constants) : [n]));
  return { ...graph, nodes, constants };
}

function restore(layer: MvmNode, constants: Map<string, Tensor>): OnnxNode[] {
  const { input, output, groups, rows, columns, geometry } = layer;
  const [w, b, product] = [`${output}.w`, `${output}.b`, `${output}.product`];
  constants.set(b, float32([groups * columns], Float32Array.from(layer.bias)));
  if (geometry.kind === 'matmul') {
    constants.set(w, float32([rows, columns], Float32Array.from(layer.weights())));
    return [node('MatMul', [input, w], [product]), node('Add', [product, b], [output])];
  }
  const weights = layer.weights();
  const kernelSize = geometry.kernel.reduce((x, y) => x * y, 1);
  const values = new Float32Array(weights.length);
  for (let g = 0; g < groups; g++) {
    for (let n = 0; n < columns; n++) {
      for (let r = 0; r < rows; r++)
        values[(g * columns + n) * rows + r] = weights[(g * rows + r) * columns + n]!;
    }
  }
  constants.set(w, float32([groups * columns, rows / kernelSize, ...geometry.kernel], values));
  const padding = geometry.autoPad === 'NOTSET' ? { pads: geometry.pads } : { auto_pad: geometry.autoPad };
  const { strides, dilations } = geometry;
  return [node('Conv', [input, w, b], [output], { group: groups, strides, dilations, ...padding })];
}
