/** A network in floating point with one rounding of its integer form alone. */
import type { Graph, MvmNode, QuantizedMvmNode } from '../ir/graph.ts';
import type { Emitter } from '../lower/emit.ts';
import { lowerGraph } from '../lower/graph.ts';
import { lowerRoundedInputs, lowerRoundedWeights } from '../lower/rounded.ts';

/** The network in floating point with the weights and biases that integers stand for. */
export const roundedWeights = (real: Graph, quantized: Graph): Graph =>
  lowerLayers(real, quantized, lowerRoundedWeights);

/** The network in floating point with the rounded inputs of its crossbar layers. */
export const roundedInputs = (real: Graph, quantized: Graph): Graph =>
  lowerLayers(real, quantized, lowerRoundedInputs);

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
