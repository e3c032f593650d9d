/**
 * Which products go to crossbars as they stand: Conv, Gemm and MatMul with constant weights on the right. lower-linear follows these
 * rules; `decide` puts them together with the others.
 */
import type { Graph, OnnxNode } from '../ir/graph.ts';
import { sizeOf, type Tensor } from '../math/tensor.ts';
import { intOf, isSet } from './attribute-values.ts';
import { whyComputed } from './computed-weights.ts';
import { crossbar, type Decision, digital, floats, whyUnfit } from './decision.ts';
import type { Dims } from './dims-known.ts';

/** @returns undefined for an operator that is no product of its own */
export function decideLinear(node: OnnxNode, graph: Graph, dims: Dims): Decision | undefined {
  return node.domain === '' ? rules.get(node.op)?.(node, graph, dims) : undefined;
}

type Rule = (node: OnnxNode, graph: Graph, dims: Dims) => Decision | undefined;

const rules = new Map<string, Rule>([
  ['Conv', decideConv],
  ['Gemm', decideGemm],
  ['MatMul', decideMatMul],
]);

function decideConv(node: OnnxNode, graph: Graph): Decision {
  const { constants } = graph;
  const [, w = '', b = ''] = node.inputs;
  const weights = constants.get(w);
  if (!weights) return digital(whyComputed([w], graph));
  const unfit = whyUnfit(weights) ?? (b === '' ? undefined : whyBiasUnfit(constants.get(b)));
  if (unfit) return digital(unfit);
  const [outputs = 0, channels = 0, ...kernel] = weights.dims;
  if (kernel.length < 1 || kernel.length > 3) {
    return digital(`Conv has ${kernel.length} spatial dimensions (1 to 3 go to crossbars)`);
  }
  const groups = intOf(node, 'group', 1);
  if (groups < 1 || outputs % groups !== 0)
    return digital(`${outputs} outputs cannot be split into ${groups} groups`);
  const kind = groups === 1 ? '' : channels === 1 ? `, depthwise, groups ${groups}` : `, groups ${groups}`;
  return crossbar(`Conv with constant weights: ${kernel.length}-D, ${kernel.join('x')}${kind}`);
}

function decideGemm(node: OnnxNode, graph: Graph): Decision {
  const { constants } = graph;
  const [a = '', b = '', c = ''] = node.inputs;
  if (isSet(node, 'transA')) return digital('transA is set');
  const weights = constants.get(b);
  if (!weights) return digital(whyComputed([b], graph));
  if (constants.has(a)) return digital('all its inputs are constant');
  const unfit = whyUnfit(weights) ?? (c === '' ? undefined : whyBiasUnfit(constants.get(c)));
  if (unfit) return digital(unfit);
  if (weights.dims.length !== 2) return digital(`the weights have rank ${weights.dims.length}`);
  const [rows, columns] = isSet(node, 'transB') ? weights.dims.toReversed() : weights.dims;
  const bias = c === '' ? [] : constants.get(c)!.dims;
  if (sizeOf(bias) !== 1 && (bias.at(-1) !== columns || sizeOf(bias) !== columns)) {
    return digital(`the bias has shape [${bias}] (one value per column goes to crossbars)`);
  }
  return crossbar(`Gemm with constant weights: ${rows} rows, ${columns} columns`);
}

/** A matrix on the right; products over other axes are for contraction.ts. */
function decideMatMul(node: OnnxNode, { constants }: Graph, dims: Dims): Decision | undefined {
  const [left = '', right = ''] = node.inputs;
  const weights = constants.get(right);
  if (!weights || constants.has(left) || whyUnfit(weights)) return undefined;
  const { dims: sizes } = weights;
  const [rows, columns] = sizes.slice(-2);
  const isMatrix = sizes.length >= 2 && sizeOf(sizes.slice(0, -2)) === 1;
  // Leading axes of length 1 would raise the rank of a smaller input.
  if (!isMatrix || (sizes.length > 2 && (dims.get(left)?.length ?? 0) < sizes.length)) return undefined;
  return crossbar(`MatMul with a constant right side: ${rows} rows, ${columns} columns`);
}

function whyBiasUnfit(bias: Tensor | undefined): string | undefined {
  if (!bias) return 'the bias is computed at run time';
  return floats.has(bias.type) ? undefined : `the bias is ${bias.type}`;
}
