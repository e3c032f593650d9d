/**
 * A published architecture without weights (every parameter 0.02, by ConstantOfShape) -> the same graph with drawn
 * ones, and with its logits as output: equal weights would hide a column in the wrong place, and equal logits make
 * any Softmax right.
 */
import type { Graph, OnnxNode } from '../../src/ir/graph.ts';
import { float32, sizeOf, type Tensor } from '../../src/math/tensor.ts';

/** @param graph in which every ConstantOfShape has a constant shape and makes a parameter */
export function drawWeights(graph: Graph): Graph {
  const nodes = graph.nodes.flatMap((node) => (node.kind === 'onnx' ? node : []));
  const parameters = nodes.filter((node) => node.op === 'ConstantOfShape');
  const last = nodes.find((node) => node.op === 'Softmax' && node.outputs[0] === graph.outputs[0]!.name);
  const left = nodes.filter((node) => node !== last && node.op !== 'ConstantOfShape');
  const drawn = parameters.map((node, i): [string, Tensor] => {
    const shape = graph.constants.get(node.inputs[0]!)!;
    const dims = Array.from(shape.data as BigInt64Array, Number);
    return [node.outputs[0]!, draw(dims, isFactor(node.outputs[0]!, left), i + 1)];
  });
  const logits = last ? [{ name: last.inputs[0]!, elementType: 1, dims: undefined }] : graph.outputs;
  return {
    ...graph,
    nodes: left,
    constants: new Map([...graph.constants, ...drawn]),
    outputs: logits,
  };
}

/** Whether a parameter is a scale or a variance, which is near 1. */
function isFactor(name: string, nodes: readonly OnnxNode[]): boolean {
  return nodes.some((node) => {
    const at = node.inputs.indexOf(name);
    if (at < 0) return false;
    if (node.op === 'Unsqueeze') return isFactor(node.outputs[0]!, nodes);
    return node.op === 'Mul' || (node.op === 'BatchNormalization' && (at === 1 || at === 4));
  });
}

/** Matrices and kernels keep the variance of what passes through them and a ReLU (He et al. 2015); vectors are small. */
function draw(dims: readonly number[], factor: boolean, seed: number): Tensor {
  const reach = dims.length > 1 ? Math.sqrt(6 / sizeOf(dims.slice(1))) : factor ? 0.5 : 0.1;
  const centre = dims.length === 1 && factor ? 1 : 0;
  const data = new Float32Array(sizeOf(dims));
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = centre + reach * (state / 2 ** 31 - 1);
  }
  return float32(dims, data);
}
