/**
 * Why weights inside the body of an If, Loop or Scan, or of an operator that Crossloom does not know, stay digital:
 * which nodes hold them, in the user's words. Bodies are looked into for this sentence alone.
 */
import type { Graph, OnnxNode } from '../ir/graph.ts';
import type { Tensor } from '../math/tensor.ts';
import { subgraphsOf } from './attributes.ts';
import { floats } from './decision.ts';
import { elementType } from './element-types.ts';
import { attributeCodec, type GraphProto, type NodeProto, type TensorProto } from './proto.ts';

/** Inputs of an operator that may be a weight matrix. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  Conv: [1],
  ConvTranspose: [1],
  Gemm: [0, 1],
  MatMul: [0, 1],
  Einsum: [0, 1],
  LSTM: [1],
  GRU: [1],
  RNN: [1],
  Gather: [0],
};

/** Operators behind which a stored matrix is still one. */
const movers = new Set(['Identity', 'Cast', 'Transpose', 'Reshape', 'DequantizeLinear']);

/** @returns undefined for an operator of the ONNX domain whose bodies, if any, hold no weights */
export function whyInnerDigital(node: OnnxNode, graph: Graph): string | undefined {
  const bodies = bodiesOf(node);
  if (node.domain === '' && bodies.length === 0) return undefined;
  const matrices = new Set(
    [...graph.constants].flatMap(([name, tensor]) => (isMatrix(tensor) ? [name] : [])),
  );
  if (node.domain !== '') return whyForeign(node, graph, matrices);
  const found = bodies.flatMap((body) => inGraph(body, matrices));
  return found.length === 0
    ? undefined
    : `${listOf(found)} with constant weights inside its body ${found.length > 1 ? 'stay' : 'stays'} digital, because ` +
        `${whyNot[node.op] ?? 'its body'} runs as a whole in onnxruntime`;
}

const whyNot: Readonly<Record<string, string>> = {
  If: 'a branch that is chosen at run time',
  Loop: 'a body that is repeated as often as the input says',
  Scan: 'a body that is repeated for every step of the input',
};

function whyForeign(node: OnnxNode, graph: Graph, matrices: ReadonlySet<string>): string {
  const given = node.inputs.filter((name) => matrices.has(name));
  const weights = given.map((name) => `${name} [${graph.constants.get(name)!.dims}]`).join(', ');
  const rest =
    given.length > 0
      ? `; its weights ${weights} stay digital, because only that domain knows what it computes`
      : '';
  return `an operator of domain ${node.domain}${rest}`;
}

/** "2 Conv and 1 MatMul" */
function listOf(operators: readonly string[]): string {
  const counts = [...new Set(operators)].map((op) => `${operators.filter((o) => o === op).length} ${op}`);
  return counts.length === 1 ? counts[0]! : `${counts.slice(0, -1).join(', ')} and ${counts.at(-1)}`;
}

function isMatrix({ type, dims }: Tensor): boolean {
  return floats.has(type) && dims.length >= 2;
}

function isMatrixProto({ dataType, dims }: TensorProto): boolean {
  return floats.has(elementType(dataType ?? 0) ?? '') && (dims ?? []).length >= 2;
}

function bodiesOf(node: OnnxNode): readonly GraphProto[] {
  return Object.values(node.attributes).flatMap((a) =>
    a.type === 'opaque' ? subgraphsOf(attributeCodec.decode(a.value)) : [],
  );
}

function inGraph(body: GraphProto, outer: ReadonlySet<string>): readonly string[] {
  const own = (body.initializer ?? []).flatMap((t) => (isMatrixProto(t) ? [t.name ?? ''] : []));
  const hidden = new Set((body.input ?? []).map((v) => v.name ?? ''));
  return inNodes(body.node ?? [], new Set([...[...outer].filter((name) => !hidden.has(name)), ...own]));
}

/** Operators with a constant weight matrix, at any depth. */
function inNodes(nodes: readonly NodeProto[], outer: ReadonlySet<string>): readonly string[] {
  const matrices = new Set(outer);
  return nodes.flatMap((node) => {
    const [op, inputs] = [node.opType ?? '', node.input ?? []];
    const stored = op === 'Constant' && (node.attribute ?? []).some((a) => a.t && isMatrixProto(a.t));
    if (stored || (movers.has(op) && matrices.has(inputs[0] ?? ''))) matrices.add(node.output?.[0] ?? '');
    const deeper = (node.attribute ?? []).flatMap(subgraphsOf).flatMap((g) => inGraph(g, matrices));
    const holds = (weightInputs[op] ?? []).some((i) => matrices.has(inputs[i] ?? ''));
    return holds ? [op, ...deeper] : deeper;
  });
}
