/**
 * Operators that are more than a product with constant weights: which of them passes/lower/decompose-layers takes apart into
 * products and digital operators, and why others stay digital. The same table as in rules.ts.
 */
import { type Graph, int, type OnnxNode } from '../ir/graph.ts';
import { sizeOf } from '../math/tensor.ts';
import { intOf, isSet } from './attribute-values.ts';
import { whyComputed } from './computed-weights.ts';
import { matrixOf, readContraction } from './contraction.ts';
import { crossbar, type Decision, digital, floats, whyUnfit } from './decision.ts';
import { whyDigital } from './digital-operators.ts';
import { type Dims, knownSpace } from './dims-known.ts';
import { decideLinear } from './linear-rules.ts';
import { isRecurrent, type Recurrent, readRecurrent } from './recurrent.ts';

/** @returns undefined for any other operator */
export function decideComposite(node: OnnxNode, graph: Graph, dims: Dims): Decision | undefined {
  if (node.domain !== '') return undefined;
  if (node.op === 'ConvTranspose') return decideConvTranspose(node, graph, dims);
  if (node.op === 'Gather') return decideGather(node, graph);
  if (node.op === 'MatMul' || node.op === 'Einsum') return decideContraction(node, graph, dims);
  if (isLeftGemm(node, graph)) return decideLeftGemm(node, graph, dims);
  if (node.op === 'Gemm' || node.op === 'Conv') return decideSplit(node, graph, dims);
  if (!isRecurrent(node.op)) return undefined;
  const layer = readRecurrent(node, graph, dims);
  return 'reason' in layer ? digital(layer.reason) : crossbar(describeRecurrent(layer));
}

function describeRecurrent({ op, steps, inputs, hidden, gates, reverse }: Recurrent): string {
  const columns = gates * hidden;
  const both = reverse.length === 2;
  const state = both ? 'two state matrices' : 'a state matrix';
  const of = `${hidden} rows, ${columns} columns${both ? ' each' : ''}`;
  return (
    `${op} with constant weights, ${steps} steps; an input matrix of ${inputs} rows, ` +
    `${reverse.length * columns} columns, and ${state} of ${of}, which all steps share`
  );
}

/** A Conv or Gemm that is one but for its bias or a transposed input. */
function decideSplit(node: OnnxNode, graph: Graph, dims: Dims): Decision | undefined {
  if (decideLinear(node, graph, dims)?.crossbar) return undefined;
  const plain = plainProduct(node);
  const decision = decideLinear(plain, graph, dims);
  if (!decision?.crossbar || graph.constants.get(plain.inputs[1]!)?.type !== 'float32') return undefined;
  const transposed = isSet(node, 'transA') ? '; its input is transposed first' : '';
  const bias = (node.inputs[2] ?? '') === '' ? '' : '; its bias is added apart';
  return crossbar(`${decision.rule}${transposed}${bias}`);
}

/** A product over other axes than those of a matrix on the right. */
function decideContraction(node: OnnxNode, graph: Graph, dims: Dims): Decision | undefined {
  if (decideLinear(node, graph, dims)?.crossbar) return undefined;
  const contraction = readContraction(node, graph, dims);
  if ('reason' in contraction) return digital(contraction.reason);
  const { rows, columns, groups } = matrixOf(contraction);
  const side = contraction.inputIndex === 1 ? 'a constant left side' : 'a constant right side';
  const what = node.op === 'Einsum' ? 'constant weights' : side;
  const kind = groups === 1 ? '' : `, groups ${groups}`;
  return crossbar(`${node.op} with ${what}: ${rows} rows, ${columns} columns${kind}`);
}

/** Whether a Gemm has its constant matrix on the left: y' = B' A', transposed. */
export function isLeftGemm({ op, inputs }: OnnxNode, { constants }: Graph): boolean {
  return op === 'Gemm' && constants.has(inputs[0] ?? '') && !constants.has(inputs[1] ?? '');
}

function decideLeftGemm(node: OnnxNode, graph: Graph, dims: Dims): Decision {
  const decision = decideLinear(leftProduct(node), graph, dims)!;
  if (!decision.crossbar) return decision;
  const { type } = graph.constants.get(node.inputs[0]!)!;
  if (type !== 'float32') return digital(`the weights are ${type} (float32 goes to crossbars)`);
  const bias = (node.inputs[2] ?? '') === '' ? '' : '; its bias is added apart';
  return crossbar(`${decision.rule.replace('constant weights', 'a constant left side')}${bias}`);
}

/** The product of such a Gemm with sides exchanged, its input as it will be transposed. */
export function leftProduct(node: OnnxNode): OnnxNode {
  const { transA: _, beta: __, ...attributes } = node.attributes;
  const [a = '', b = ''] = node.inputs;
  return {
    ...node,
    inputs: [b, a],
    attributes: { ...attributes, transB: int(isSet(node, 'transA') ? 0 : 1) },
  };
}

/** The product of a Conv or Gemm alone. */
export function plainProduct(node: OnnxNode): OnnxNode {
  const { transA: _, beta: __, ...attributes } = node.attributes;
  return { ...node, inputs: node.inputs.slice(0, 2), attributes };
}

function decideConvTranspose(node: OnnxNode, graph: Graph, dims: Dims): Decision {
  const weights = graph.constants.get(node.inputs[1] ?? '');
  if (!weights) return digital(whyComputed([node.inputs[1] ?? ''], graph));
  const unfit = whyUnfit(weights);
  if (unfit) return digital(unfit);
  if (weights.type !== 'float32')
    return digital(`the weights are ${weights.type} (float32 goes to crossbars)`);
  const [channels = 0, , ...kernel] = weights.dims;
  if (kernel.length < 1 || kernel.length > 3)
    return digital(`ConvTranspose has ${kernel.length} spatial dimensions (1 to 3 go to crossbars)`);
  if (kernel.length === 3 && !knownSpace(dims.get(node.inputs[0]!), 3))
    return digital('ConvTranspose in 3-D goes to crossbars where the size of its input is known');
  const groups = intOf(node, 'group', 1);
  if (groups < 1 || channels % groups !== 0)
    return digital(`${channels} inputs cannot be split into ${groups} groups`);
  const kind = groups === 1 ? '' : `, groups ${groups}`;
  return crossbar(`ConvTranspose with constant weights: ${kernel.length}-D, ${kernel.join('x')}${kind}`);
}

function decideGather(node: OnnxNode, { constants }: Graph): Decision {
  const [data = '', indices = ''] = node.inputs;
  const table = constants.get(data);
  const axis = intOf(node, 'axis', 0);
  const isEmbedding =
    table &&
    floats.has(table.type) &&
    table.dims.length === 2 &&
    sizeOf(table.dims) > 0 &&
    !constants.has(indices);
  if (!isEmbedding) return digital(whyDigital('Gather'));
  if (axis !== 0 && axis !== -2)
    return digital('it takes columns of a constant matrix (rows go to crossbars)');
  return crossbar(
    `Gather of rows of a constant matrix (an embedding): ${table.dims[0]} rows, ${table.dims[1]} columns`,
  );
}
