/** A network in floating point with one rounding of its integer form alone. */
import type { Graph, MvmNode, QuantizedMvmNode } from '../ir/graph.ts';
import { numberRange } from '../ir/input-codes.ts';
import type { Emitter } from '../lower/emit.ts';
import { lowerGraph } from '../lower/graph.ts';
import { dequantized, lowerFloat } from '../lower/reference.ts';
import { float32 } from '../math/tensor.ts';

/** The network in floating point with the weights and biases that integers stand for. */
export function roundedWeights(real: Graph, quantized: Graph): Graph {
  return lowerLayers(real, quantized, (emit, node, rounded) => {
    lowerFloat(emit, { ...node, bias: rounded.bias, weights: () => dequantized(rounded, rounded.integers) });
  });
}

/**
 * The network in floating point with the rounded inputs of its crossbar layers. They are rounded by arithmetic: of QuantizeLinear
 * and DequantizeLinear around a layer onnxruntime makes one of 8-bit weights.
 */
export function roundedInputs(real: Graph, quantized: Graph): Graph {
  return lowerLayers(real, quantized, (emit, node, { quantization }) => {
    const [least, most] = numberRange(quantization);
    const number = (name: string, value: number) => emit.constant(name, float32([], [value]));
    const step = number('input_scale', quantization.scale);
    const steps = emit.op('Round', [emit.op('Div', [node.input, step])]);
    const codes = emit.op('Clip', [steps, number('least', least), number('most', most)]);
    lowerFloat(emit, { ...node, input: emit.op('Mul', [codes, step]) });
  });
}

/** @param lower is given every layer, and the same one quantized */
function lowerLayers(
  real: Graph,
  quantized: Graph,
  lower: (emit: Emitter, node: MvmNode, quantized: QuantizedMvmNode) => void,
): Graph {
  const layers = new Map(
    quantized.nodes.flatMap((n) => (n.kind === 'quantized-mvm' ? [[n.output, n] as const] : [])),
  );
  return lowerGraph(real, (node) =>
    node.kind === 'mvm' ? (emit) => lower(emit, node, layers.get(node.output)!) : undefined,
  );
}
