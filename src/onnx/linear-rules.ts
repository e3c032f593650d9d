/**
 * Which products go to crossbars as they stand: Conv, Gemm and MatMul with constant weights. lower-linear follows these
 * rules; `decide` puts them together with the others.
 */
import type { Graph, OnnxNode } from '../ir/graph.ts';
import { sizeOf, type Tensor } from '../math/tensor.ts';
import { intOf } from './attribute-values.ts';
import { crossbar, type Decision, digital, floats, whyUnfit } from './decision.ts';
import type { Dims } from './dims-known.ts';

/** @returns undefined for an operator that is no product of its own */
export function decideLinear(node: OnnxNode, graph: Graph, dims: Dims): Decision | undefined {
  return node.domain === '' ? rules.get(node.op)?.(node, graph, dims) : undefined;
}

const rules = new Map(Object.entries({ Conv: decideConv, Gemm: decideGemm, MatMul: decideMatMul }));

function decideConv(node: OnnxNode, { constants }: Graph): Decision {
  const [, w = '', b = ''] = node.inputs;
  const weights = constants.get(w);
  if (!weights) return digital('the weights are computed at run time');
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

function decideGemm(node: OnnxNode, { constants }: Graph): Decision {
  const [a = '', b = '', c = ''] = node.inputs;
  if (intOf(node, 'transA', 0) === 1) return digital('transA is set');
  const weights = constants.get(b);
  if (!weights) return digital('the weights are computed at run time');
  if (constants.has(a)) return digital('all its inputs are constant');
  const unfit = whyUnfit(weights) ?? (c === '' ? undefined : whyBiasUnfit(constants.get(c)));
  if (unfit) return digital(unfit);
  if (weights.dims.length !== 2) return digital(`the weights have rank ${weights.dims.length}`);
  const [rows, columns] = intOf(node, 'transB', 0) === 1 ? weights.dims.toReversed() : weights.dims;
  const bias = c === '' ? [] : constants.get(c)!.dims;
  if (sizeOf(bias) !== 1 && (bias.at(-1) !== columns || sizeOf(bias) !== columns)) {
    return digital(`the bias has shape [${bias}] (one value per column goes to crossbars)`);
  }
  return crossbar(`Gemm with constant weights: ${rows} rows, ${columns} columns`);
}

function decideMatMul(node: OnnxNode, { constants }: Graph, dims: Dims): Decision {
  const [left = '', right = ''] = node.inputs;
  const weights = constants.get(right);
  if (!weights) return digital('the weights are computed at run time');
  if (constants.has(left)) return digital('all its inputs are constant');
  return decideRight(weights, dims.get(left)?.length);
}

function decideRight(weights: Tensor, inputRank: number | undefined): Decision {
  const { dims } = weights;
  const unfit = whyUnfit(weights);
  if (unfit) return digital(unfit);
  if (dims.length < 2) return digital('the right side is a vector');
  if (sizeOf(dims.slice(0, -2)) !== 1)
    return digital(`the right side has shape [${dims}]: a matrix per batch index`);
  if (dims.length > 2 && (inputRank ?? 0) < dims.length) {
    return digital(
      `the right side has rank ${dims.length}, and the rank of the left side is ${inputRank ?? 'unknown'}`,
    );
  }
  return crossbar(`MatMul with a constant right side: ${dims.at(-2)} rows, ${dims.at(-1)} columns`);
}

function whyBiasUnfit(bias: Tensor | undefined): string | undefined {
  if (!bias) return 'the bias is computed at run time';
  return floats.has(bias.type) ? undefined : `the bias is ${bias.type}`;
}
