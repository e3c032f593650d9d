/**
 * Weights inside the body of an If, Loop or Scan, or of an operator that Crossloom does not know: which operators hold
 * them, and why they stay digital, in the user's words. Bodies are looked into for this alone.
 */
import type { Graph, OnnxNode } from '../ir/graph.ts';
import { sizeOf, type Tensor } from '../math/tensor.ts';
import { subgraphsOf } from './attributes.ts';
import { elementType } from './element-types.ts';
import { attributeCodec, type GraphProto, type NodeProto, type TensorProto, toNumber } from './proto.ts';

/** Inputs of an operator that may be a weight matrix. */
export const weightInputs: ReadonlyMap<string, readonly number[]> = new Map([
  ['Conv', [1]],
  ['ConvTranspose', [1]],
  ['Gemm', [0, 1]],
  ['MatMul', [0, 1]],
  ['Einsum', [0, 1]],
  ['LSTM', [1, 2]],
  ['GRU', [1, 2]],
  ['RNN', [1, 2]],
  ['Gather', [0]],
  ['ConvInteger', [1]],
  ['MatMulInteger', [0, 1]],
  ['QLinearConv', [3]],
  ['QLinearMatMul', [0, 3]],
]);

/** Operators behind which a stored matrix is still one. */
const movers = new Set(['Identity', 'Cast', 'Transpose', 'Reshape', 'DequantizeLinear']);

/** Element types of what is no weight: indices, shapes, masks and texts. */
const noWeights = new Set(['int32', 'int64', 'uint32', 'uint64', 'bool', 'string']);

/** @returns undefined for an operator of the ONNX domain whose bodies, if any, hold no weights */
export function whyInnerDigital(node: OnnxNode, graph: Graph): string | undefined {
  if (node.domain !== '') return whyForeign(node, graph);
  const found = weightsInside(node, graph).map(({ op }) => op);
  return found.length === 0
    ? undefined
    : `${listOf(found)} with constant weights inside its body ${found.length > 1 ? 'stay' : 'stays'} digital, because ` +
        `${whyNot.get(node.op) ?? 'its body'} runs as a whole in onnxruntime`;
}

const whyNot: ReadonlyMap<string, string> = new Map([
  ['If', 'a branch that is chosen at run time'],
  ['Loop', 'a body that is repeated as often as the input says'],
  ['Scan', 'a body that is repeated for every step of the input'],
]);

function whyForeign(node: OnnxNode, graph: Graph): string {
  const given = foreignMatrices(node, graph);
  const weights = given.map((name) => `${name} [${graph.constants.get(name)!.dims}]`).join(', ');
  const rest =
    given.length > 0
      ? `; its weights ${weights} stay digital, because only that domain knows what it computes`
      : '';
  return `an operator of domain ${node.domain}${rest}`;
}

/** Constants that an operator of another domain takes and that look like weights. */
export function foreignMatrices(node: OnnxNode, { constants }: Graph): readonly string[] {
  return node.inputs.filter((name) => {
    const tensor = constants.get(name);
    return tensor && isMatrix(tensor);
  });
}

/** An operator in a body, and the number of its weights. */
interface Inner {
  readonly op: string;
  readonly weights: number;
}

/** Operators with constant weights in the bodies of a node, at any depth. */
export function weightsInside(node: OnnxNode, { constants }: Graph): readonly Inner[] {
  const bodies = bodiesOf(node);
  if (bodies.length === 0) return [];
  const matrices = new Map(
    [...constants].flatMap(([name, tensor]) => (isMatrix(tensor) ? [[name, sizeOf(tensor.dims)]] : [])),
  );
  return bodies.flatMap((body) => inGraph(body, matrices));
}

/** "2 Conv and 1 MatMul" */
function listOf(operators: readonly string[]): string {
  const counts = [...new Set(operators)].map((op) => `${operators.filter((o) => o === op).length} ${op}`);
  return counts.length === 1 ? counts[0]! : `${counts.slice(0, -1).join(', ')} and ${counts.at(-1)}`;
}

export function isMatrix({ type, dims }: Pick<Tensor, 'type' | 'dims'>): boolean {
  return !noWeights.has(type) && dims.length >= 2;
}

/** Values of a stored matrix; 0 for any other tensor. */
function matrixSize({ dataType, dims = [] }: TensorProto): number {
  const type = elementType(dataType ?? 0);
  const sizes = dims.map(toNumber);
  return type !== undefined && isMatrix({ type, dims: sizes }) ? sizeOf(sizes) : 0;
}

function bodiesOf(node: OnnxNode): readonly GraphProto[] {
  return Object.values(node.attributes).flatMap((a) =>
    a.type === 'opaque' ? subgraphsOf(attributeCodec.decode(a.value)) : [],
  );
}

/** Sizes of the matrices that are in reach, by name. */
type Matrices = ReadonlyMap<string, number>;

function inGraph(body: GraphProto, outer: Matrices): readonly Inner[] {
  const matrices = new Map(outer);
  for (const { name = '' } of body.input ?? []) matrices.delete(name);
  for (const tensor of body.initializer ?? []) set(matrices, tensor.name ?? '', matrixSize(tensor));
  return inNodes(body.node ?? [], matrices);
}

function inNodes(nodes: readonly NodeProto[], outer: Matrices): readonly Inner[] {
  const matrices = new Map(outer);
  return nodes.flatMap((node) => {
    const { opType: op = '', input: inputs = [], output = [], attribute: attributes = [] } = node;
    const stored =
      op === 'Constant' ? attributes.flatMap((a) => (a.t ? [matrixSize(a.t)] : []))[0] : undefined;
    const moved = movers.has(op) ? matrices.get(inputs[0] ?? '') : undefined;
    set(matrices, output[0] ?? '', stored ?? moved ?? 0);
    const deeper = attributes.flatMap(subgraphsOf).flatMap((g) => inGraph(g, matrices));
    const held = (weightInputs.get(op) ?? []).map((i) => matrices.get(inputs[i] ?? '') ?? 0);
    const weights = held.reduce((sum, size) => sum + size, 0);
    return weights > 0 ? [{ op, weights }, ...deeper] : deeper;
  });
}

function set(matrices: Map<string, number>, name: string, size: number): void {
  if (size > 0) matrices.set(name, size);
}
