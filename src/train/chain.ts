/**
 * Finds the layers to train in a compiled graph: those whose names match, which must be a chain up to the network's
 * output. Everything before the first of them stays as it is.
 */

import { trainNoGradient, trainNoSuchLayer } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import {
  describeOrigin,
  type Graph,
  inputsOf,
  layerName,
  type Node,
  type OnnxNode,
  type QuantizedMvmNode,
} from '../ir/graph.ts';
import { nameMatcher } from '../ir/options.ts';
import type { Tensor } from '../math/tensor.ts';
import type { TrainableNetwork, TrainedLayer } from './network.ts';

export interface Chain {
  readonly network: TrainableNetwork;
  /** Value that feeds the first layer. */
  readonly input: string;
  /** By layer. */
  readonly nodes: readonly QuantizedMvmNode[];
}

/** Operators that only write the same numbers in another shape. */
const reshaping = ['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout'];
const activations: Readonly<Record<string, TrainedLayer['activation']>> = {
  Relu: 'relu',
  Sigmoid: 'sigmoid',
};

/**
 * @param pattern of ONNX node names; * stands for any characters
 * @throws DiagnosticError train/no-such-layer; train/no-gradient for every node that cannot be learnt through
 */
export function findChain(graph: Graph, pattern: string): Chain {
  const layers = graph.nodes.filter((node) => node.kind === 'quantized-mvm');
  const matches = nameMatcher(pattern);
  const chosen = layers.filter(({ origin }) => matches(origin));
  const names = layers.map(({ origin }) => layerName(origin));
  if (chosen.length === 0) raise([trainNoSuchLayer(pattern, names)]);
  const first = chosen[0]!;
  const { nodes, problems } = follow(graph, first);
  const problem = (node: Node, reason: string) =>
    problems.push(trainNoGradient(describeOrigin(node.origin), reason));
  const found: { layer: TrainedLayer; node: QuantizedMvmNode }[] = [];
  const change = (by: Partial<TrainedLayer>) => {
    const last = found.at(-1)!;
    last.layer = { ...last.layer, ...by };
  };
  for (const [index, node] of nodes.entries()) {
    if (node.kind === 'quantized-mvm') {
      if (!chosen.includes(node)) problem(node, 'a layer behind the first trained one is not trained itself');
      else if (!isMatrix(node)) problem(node, 'a convolution over several positions is not trained');
      found.push({ layer: layerOf(node), node });
    } else if (node.kind === 'mvm') problem(node, 'this layer is not quantized');
    else if (Object.hasOwn(activations, node.op)) {
      if (found.at(-1)!.layer.activation !== 'none') problem(node, 'a second activation in a row');
      change({ activation: activations[node.op]! });
    } else if (node.op === 'LayerNormalization') {
      if (!isPlain(node, graph.constants)) problem(node, 'a normalization with learnt gain or bias');
      if (found.at(-1)!.layer.activation !== 'none') problem(node, 'a normalization behind an activation');
      change({ normalization: 'layer' });
    } else if (node.op === 'Softmax' || node.op === 'LogSoftmax') {
      if (nodes.slice(index + 1).some((n) => n.kind !== 'onnx' || !reshaping.includes(n.op)))
        problem(node, 'a softmax that is not at the end');
    } else if (!reshaping.includes(node.op)) problem(node, `there is no gradient through ${node.op}`);
  }
  const last = found.at(-1)!;
  if (last.layer.activation !== 'none')
    problem(last.node, 'the last layer has an activation, where class scores are to go into a softmax');
  const apart = 'this layer is not on the way from the first trained one to the output';
  for (const node of chosen) if (!nodes.includes(node)) problem(node, apart);
  raise(problems);
  return {
    network: { layers: found.map(({ layer }) => layer) },
    input: first.input,
    nodes: found.map(({ node }) => node),
  };
}

/** The nodes from one on to the graph's output, where each result feeds one other. */
function follow(graph: Graph, first: QuantizedMvmNode): { nodes: Node[]; problems: Diagnostic[] } {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [first];
  const problems: Diagnostic[] = [];
  for (let value = first.output; ; ) {
    const users = graph.nodes.filter((node) => inputsOf(node).includes(value));
    if (users.length + (outputs.has(value) ? 1 : 0) > 1) {
      const names = users.map(({ origin }) => describeOrigin(origin)).join(', ');
      problems.push(
        trainNoGradient(describeOrigin(nodes.at(-1)!.origin), `its result goes several ways: ${names}`),
      );
    }
    const next = users[0];
    if (!next) return { nodes, problems };
    nodes.push(next);
    value = next.kind === 'onnx' ? next.outputs[0]! : next.output;
  }
}

function layerOf({ origin, rows: inputs, columns: outputs }: QuantizedMvmNode): TrainedLayer {
  return { name: layerName(origin), inputs, outputs, normalization: 'none', activation: 'none' };
}

/** One product for every input: no groups, and no positions that a kernel slides over. */
function isMatrix({ geometry, groups }: QuantizedMvmNode): boolean {
  return groups === 1 && (geometry.kind === 'matmul' || geometry.kernel.every((size) => size === 1));
}

/** Gain 1, bias 0. */
function isPlain({ inputs }: OnnxNode, constants: ReadonlyMap<string, Tensor>): boolean {
  return inputs.slice(1).every((name, i) => {
    const data = constants.get(name)?.data;
    return (
      name === '' || (data instanceof Float32Array && data.every((value) => value === (i === 0 ? 1 : 0)))
    );
  });
}
