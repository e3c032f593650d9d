/**
 * Evens out the channels between two layers: channel c leaves the first layer divided by a factor s_c and enters the
 * second one multiplied by it (Nagel et al., "Data-free quantization through weight equalization and bias correction",
 * ICCV 2019, section 4.1: s_c = sqrt(r1_c / r2_c) for ranges r1 of the first layer's column and r2 of the second one's
 * rows). What lies between must let factors through: nothing, a ReLU or LeakyReLU, or a clip at zero and a limit, whose
 * limit moves along. Factors are powers of two, so that the network's 32-bit results stay the same bit for bit.
 */
import {
  type Graph,
  type MvmNode,
  type Node,
  type OnnxNode,
  onnxNode,
  outputsOf,
  volumeOf,
} from '../../src/ir/graph.ts';
import { countUses, dropUnusedConstants } from '../../src/ir/uses.ts';
import { float32, sizeOf, type Tensor, toDoubles } from '../../src/math/tensor.ts';

export const equalize = { name: 'equalize', run };

function run(graph: Graph): Graph {
  const uses = countUses(graph);
  const isOwn = ownMatrices(graph);
  const nodes: Node[] = [...graph.nodes];
  const producers = new Map(graph.nodes.flatMap((node, at) => outputsOf(node).map((name) => [name, at])));
  /** Moved limits of clips, by the clip's place. */
  const limits = new Map<number, Tensor>();
  const layerAt = (value: string): number | undefined => {
    const at = producers.get(value);
    return at !== undefined && nodes[at]!.kind === 'mvm' && uses.get(value) === 1 ? at : undefined;
  };
  graph.nodes.forEach(({ kind }, at) => {
    const second = nodes[at]!;
    if (kind !== 'mvm' || second.kind !== 'mvm' || !isOwn(second) || uses.get(second.input) !== 1) return;
    const between = producers.get(second.input) ?? -1;
    const activation = nodes[between];
    const passes = activation?.kind === 'onnx' && letsThrough(activation, graph) ? activation : undefined;
    const from = layerAt(passes ? passes.inputs[0]! : second.input);
    const first = from === undefined ? undefined : nodes[from];
    if (from === undefined || first?.kind !== 'mvm' || !isOwn(first)) return;
    const factors = chooseFactors(first, second);
    if (!factors) return;
    nodes[from] = divideColumns(first, factors);
    nodes[at] = multiplyChannels(second, factors);
    const limit = passes?.op === 'Clip' ? scalar(graph, passes.inputs[2])! : undefined;
    if (limit !== undefined) limits.set(between, perChannel(first, factors, limit));
  });
  const constants = new Map<string, Tensor>(graph.constants);
  const split = nodes.flatMap((node, at) => {
    const limit = limits.get(at);
    return node.kind === 'onnx' && limit ? splitClip(node, limit, constants) : [node];
  });
  return dropUnusedConstants({ ...graph, nodes: split, constants });
}

/** Whether a layer has its matrix to itself: a shared one cannot be scaled for one of its uses alone. */
function ownMatrices(graph: Graph): (layer: MvmNode) => boolean {
  const users = new Map<MvmNode['weights'], number>();
  for (const n of graph.nodes) if (n.kind === 'mvm') users.set(n.weights, (users.get(n.weights) ?? 0) + 1);
  const own = new Set(
    graph.nodes.flatMap((n) => (n.kind === 'mvm' && users.get(n.weights) === 1 ? [n.output] : [])),
  );
  return (layer) => own.has(layer.output);
}

/** Whether f(x / s) = f(x) / s, or can be made so by moving a limit. */
function letsThrough(node: OnnxNode, graph: Graph): boolean {
  if (node.domain !== '') return false;
  if (node.op === 'Relu' || node.op === 'LeakyRelu') return true;
  return (
    node.op === 'Clip' && scalar(graph, node.inputs[1]) === 0 && (scalar(graph, node.inputs[2]) ?? 0) > 0
  );
}

function scalar(graph: Graph, name: string | undefined): number | undefined {
  const tensor = name ? graph.constants.get(name) : undefined;
  return tensor?.type === 'float32' && sizeOf(tensor.dims) === 1 ? toDoubles(tensor)![0] : undefined;
}

/** One power of two per channel between the layers; undefined where their channels do not meet, or all factors are 1. */
function chooseFactors(first: MvmNode, second: MvmNode): Float64Array | undefined {
  const channels = first.groups * first.columns;
  if (first.geometry.kind !== second.geometry.kind || channels !== channelsOf(second)) return undefined;
  const left = new Float64Array(channels);
  first.weights().forEach((w, at) => {
    const c = columnOf(first, at);
    left[c] = Math.max(left[c]!, Math.abs(w));
  });
  const right = new Float64Array(channels);
  second.weights().forEach((w, at) => {
    const c = channelOf(second, at);
    right[c] = Math.max(right[c]!, Math.abs(w));
  });
  const factors = left.map((r1, c) => {
    const r2 = right[c]!;
    return r1 === 0 || r2 === 0 ? 1 : 2 ** Math.round(Math.log2(r1 / r2) / 2);
  });
  return factors.some((f) => f !== 1) ? factors : undefined;
}

/** Input channels of a layer. */
function channelsOf(layer: MvmNode): number {
  return (layer.groups * layer.rows) / volumeOf(layer.geometry);
}

/** Output channel of the weight at a place in [group][row][column]. */
function columnOf({ rows, columns }: MvmNode, at: number): number {
  return Math.floor(at / (rows * columns)) * columns + (at % columns);
}

/** Input channel of the weight at a place in [group][row][column]. */
function channelOf(layer: MvmNode, at: number): number {
  return Math.floor(Math.floor(at / layer.columns) / volumeOf(layer.geometry));
}

function divideColumns(layer: MvmNode, factors: Float64Array): MvmNode {
  return {
    ...layer,
    weights: () => layer.weights().map((w, at) => w / factors[columnOf(layer, at)]!),
    bias: layer.bias.map((b, c) => b / factors[c]!),
  };
}

function multiplyChannels(layer: MvmNode, factors: Float64Array): MvmNode {
  return { ...layer, weights: () => layer.weights().map((w, at) => w * factors[channelOf(layer, at)]!) };
}

/** A limit for every channel of the first layer's output, in a shape that broadcasts over batch and space. */
function perChannel(first: MvmNode, factors: Float64Array, limit: number): Tensor {
  const space = first.geometry.kind === 'conv' ? first.geometry.kernel.map(() => 1) : [];
  return float32(
    [factors.length, ...space],
    Float32Array.from(factors, (f) => limit / f),
  );
}

/** Clip takes one limit for all channels; Relu and Min take one each. */
function splitClip(clip: OnnxNode, limit: Tensor, constants: Map<string, Tensor>): OnnxNode[] {
  const [output] = clip.outputs as [string];
  const [positive, limits] = [`${output}/positive`, `${output}/limits`];
  constants.set(limits, limit);
  return [
    onnxNode('Relu', [clip.inputs[0]!], [positive], clip.origin),
    onnxNode('Min', [positive, limits], [output], clip.origin),
  ];
}
