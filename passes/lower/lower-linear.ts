/**
 * Graph -> Graph in which every layer that src/onnx/rules.ts sends to a crossbar is an mvm node with weights and bias
 * in doubles. 16- and 64-bit floating-point layers get casts around their
 * mvm node, which computes in float32. An Add of a constant per output channel goes into the bias.
 */

import { noConstantWeights, weightsNotFinite } from '../../src/diagnostics/all.ts';
import { type Diagnostic, raise } from '../../src/diagnostics/diagnostic.ts';
import {
  describeOrigin,
  freshNames,
  type Graph,
  int,
  type MvmNode,
  type Node,
  type OnnxNode,
  type Origin,
  onnxNode,
  type Reals,
  valuesOf,
} from '../../src/ir/graph.ts';
import { dropUnusedConstants } from '../../src/ir/uses.ts';
import { sizeOf, type Tensor, toDoubles } from '../../src/math/tensor.ts';
import { inferDims } from '../../src/onnx/dims.ts';
import type { Dims } from '../../src/onnx/dims-known.ts';
import { elementNumber } from '../../src/onnx/element-types.ts';
import { decideLinear } from '../../src/onnx/linear-rules.ts';
import { type Layer, lowerLayer } from '../../src/onnx/lower-layer.ts';
import { decide } from '../../src/onnx/rules.ts';
import { absorbIntoLayers } from './absorb-into-layers.ts';

export interface LowerContext {
  /** The model's file, as messages name it. */
  readonly file: string;
  /** Layers that the options keep digital. */
  readonly keepDigital?: (origin: Origin) => boolean;
  /** Leaves the values of weights unread and unchecked, for those who only ask what becomes of the nodes. */
  readonly unchecked?: boolean;
}

/** Operators of which one wants to know why they hold no layer. */
const mayHoldWeights = new Set(
  (
    'Conv ConvTranspose Gemm MatMul Einsum LSTM GRU RNN If Loop Scan QLinearConv QLinearMatMul ConvInteger MatMulInteger ' +
    'FusedConv FusedGemm FusedMatMul QGemm MatMulNBits Attention QAttention DynamicQuantizeLSTM'
  ).split(' '),
);

export const lowerLinear = { name: 'lower-linear', run };

/** Raises weightsNotFinite for every bad layer, or noConstantWeights. */
function run(graph: Graph, context: LowerContext): Graph {
  const dims = inferDims(graph);
  const lowered: Node[] = [];
  const matrices = new Map<string, { readonly weights: MvmNode['weights']; readonly bad: number }>();
  const blamed = new Set<string>();
  const reasons: string[] = [];
  const problems: Diagnostic[] = [];
  const names = new Set(valuesOf(graph));
  for (const node of graph.nodes) {
    const decision = node.kind === 'onnx' ? decideLinear(node, graph, dims) : undefined;
    if (node.kind !== 'onnx' || !decision?.crossbar || context.keepDigital?.(node.origin)) {
      lowered.push(node);
      if (node.kind === 'onnx' && mayHoldWeights.has(node.op)) {
        const { crossbar, rule } = decide(node, graph, dims);
        reasons.push(`${describeOrigin(node.origin)}: ${crossbar ? 'the options keep it digital' : rule}`);
      }
      continue;
    }
    const layer = lowerLayer(node, graph);
    const key = `${layer.tensor}\n${layer.arrangement}`;
    const count = (values: () => Reals) => (context.unchecked ? 0 : countNotFinite(values()));
    const { weights, bad } = matrices.get(key) ?? { weights: layer.weights, bad: count(layer.weights) };
    matrices.set(key, { weights, bad });
    // The steps of a recurrent layer have one problem together.
    const seen = `${node.origin.index}\n${key}`;
    const place = describeOrigin(node.origin);
    const badBiases = count(() => layer.bias);
    if (bad > 0 && !blamed.has(seen)) problems.push(weightsNotFinite(place, layer.tensor, bad));
    if (badBiases > 0 && !blamed.has(seen))
      problems.push(weightsNotFinite(place, node.inputs[2] ?? layer.tensor, badBiases));
    blamed.add(seen);
    lowered.push(...nodesOf(node, { ...layer, weights }, graph, names));
  }
  if (!lowered.some((node) => node.kind === 'mvm')) problems.push(noConstantWeights(context.file, reasons));
  const result = foldBiases({ ...graph, nodes: lowered }, dims, problems);
  raise(problems);
  return dropUnusedConstants(result);
}

function countNotFinite(values: Reals): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) count++;
  return count;
}

/** The mvm node, between the casts that it needs. */
function nodesOf(node: OnnxNode, layer: Layer, graph: Graph, names: Set<string>): Node[] {
  const { tensor, arrangement: _, ...matrix } = layer;
  const [input = ''] = node.inputs;
  const [output = ''] = node.outputs;
  const layerOf = (from: string, to: string): MvmNode => ({
    kind: 'mvm',
    input: from,
    output: to,
    ...matrix,
    origin: node.origin,
    folded: [],
  });
  const type = graph.constants.get(tensor)!.type;
  if (type === 'float32') return [layerOf(input, output)];
  const fresh = freshNames(names);
  const inner = fresh(`${input}/cast`);
  const outer = fresh(`${output}/before-cast`);
  return [
    onnxNode('Cast', [input], [inner], node.origin, { to: int(1) }),
    layerOf(inner, outer),
    onnxNode('Cast', [outer], [output], node.origin, { to: int(elementNumber(type)) }),
  ];
}

/** An Add of a constant whose other side is a layer's output, read by nobody else. */
function foldBiases(graph: Graph, dims: Dims, problems: Diagnostic[]): Graph {
  return absorbIntoLayers(graph, (node, layerOf) => {
    if (node.op !== 'Add' || node.domain !== '') return undefined;
    const [a = '', b = ''] = node.inputs;
    const [layer, name] = layerOf(a) ? [layerOf(a), b] : [layerOf(b), a];
    const bias = graph.constants.get(name);
    if (!layer || !bias || !addsPerColumn(bias, layer, dims)) return undefined;
    const values = toDoubles(bias)!;
    const bad = countNotFinite(values);
    if (bad > 0) problems.push(weightsNotFinite(describeOrigin(node.origin), name, bad));
    // The parts of one node that was taken apart are no other nodes.
    const other = node.origin.index === layer.origin.index ? [] : [node.origin];
    return {
      ...layer,
      bias: layer.bias.map((v, i) => v + values[values.length === 1 ? 0 : i]!),
      folded: [...layer.folded, ...other],
    };
  });
}

/** Whether adding `bias` adds one value to every column and leaves the output's shape as it is. */
function addsPerColumn(bias: Tensor, layer: MvmNode, dims: Dims): boolean {
  if (bias.type !== 'float32') return false;
  const conv = layer.geometry.kind === 'conv';
  const channelFromEnd = layer.geometry.kind === 'conv' ? layer.geometry.kernel.length + 1 : 1;
  const rank = conv
    ? channelFromEnd + 1
    : (dims.get(layer.input)?.length ?? (layer.origin.op === 'Gemm' ? 2 : 1));
  const columns = layer.groups * layer.columns;
  if (bias.dims.length > rank) return false;
  return (
    sizeOf(bias.dims) === 1 || (bias.dims.at(-channelFromEnd) === columns && sizeOf(bias.dims) === columns)
  );
}
