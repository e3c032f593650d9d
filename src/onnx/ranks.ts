/**
 * The rank of values, as far as it follows from the ranks of the inputs: enough to decide whether a product keeps its
 * shape when it moves to a crossbar. What is not known is absent.
 */
import type { Graph, Node, OnnxNode } from '../ir/graph.ts';
import type { Tensor } from '../tensor.ts';
import { intOf, intsOf } from './attribute-values.ts';

export type Ranks = ReadonlyMap<string, number>;

const sameAsFirst = new Set(
  [
    'Relu LeakyRelu PRelu Clip Sigmoid HardSigmoid HardSwish Tanh Elu Selu Gelu Erf Exp Log Sqrt Neg Abs',
    'Softplus Softmax LogSoftmax Cast Identity Dropout BatchNormalization InstanceNormalization',
    'LayerNormalization GroupNormalization LRN Conv ConvTranspose MaxPool AveragePool GlobalAveragePool',
    'GlobalMaxPool Pad Slice Concat Split Transpose DepthToSpace SpaceToDepth Resize QuantizeLinear',
    'DequantizeLinear',
  ].flatMap((line) => line.split(' ')),
);
const widest = new Set(['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Sum', 'Where', 'MatMul']);

export function inferRanks(graph: Graph): Ranks {
  const ranks = new Map<string, number>();
  for (const { name, dims } of graph.inputs) if (dims) ranks.set(name, dims.length);
  for (const [name, { dims }] of graph.constants) ranks.set(name, dims.length);
  for (const node of graph.nodes) {
    const rank = rankOfNode(node, ranks, graph.constants);
    if (rank === undefined) continue;
    for (const name of node.kind === 'onnx' ? node.outputs : [node.output]) ranks.set(name, rank);
  }
  return ranks;
}

function rankOfNode(node: Node, ranks: Ranks, constants: ReadonlyMap<string, Tensor>): number | undefined {
  if (node.kind === 'onnx') return node.domain === '' ? rankOfOnnx(node, ranks, constants) : undefined;
  return node.geometry.kind === 'conv' ? node.geometry.kernel.length + 2 : ranks.get(node.input);
}

function rankOfOnnx(
  node: OnnxNode,
  ranks: Ranks,
  constants: ReadonlyMap<string, Tensor>,
): number | undefined {
  const [first = '', second = ''] = node.inputs;
  const rank = ranks.get(first);
  if (sameAsFirst.has(node.op)) return rank;
  if (widest.has(node.op)) {
    const all = node.inputs.map((name) => ranks.get(name));
    return all.every((r) => r !== undefined) ? Math.max(...all) : undefined;
  }
  const axes = () => intsOf(node, 'axes')?.length ?? constants.get(second)?.data.length;
  switch (node.op) {
    case 'Gemm':
    case 'Flatten':
      return 2;
    case 'Shape':
      return 1;
    case 'Reshape':
      return constants.get(second)?.data.length;
    case 'Unsqueeze':
      return plus(rank, axes());
    case 'Squeeze':
      return plus(rank, negative(axes()));
    case 'ReduceMean':
    case 'ReduceSum':
    case 'ReduceMax':
      return intOf(node, 'keepdims', 1) === 1 ? rank : plus(rank, negative(axes()));
    case 'Gather':
      return plus(plus(rank, ranks.get(second)), -1);
    default:
      return undefined;
  }
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function negative(a: number | undefined): number | undefined {
  return a === undefined ? undefined : -a;
}
