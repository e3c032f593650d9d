/**
 * Graph -> the same function, in which dilated convolutions have explicit pads. ONNX lets auto_pad stand beside
 * dilations, and onnxruntime does not run that.
 */
import { type Graph, ints, type Node, type OnnxNode, string } from '../ir/graph.ts';
import { samePadding } from '../math/same-padding.ts';
import { intsOf, stringOf } from './attribute-values.ts';
import { inferDims } from './dims.ts';
import type { Dims } from './dims-known.ts';

/** Which input holds the kernel. */
const kernelInput = new Map([
  ['Conv', 1],
  ['ConvInteger', 1],
  ['QLinearConv', 3],
]);

/** A node whose pads depend on a size that nobody knows before it runs stays as it is: strides above 1, sizes unknown. */
export function padDilated(graph: Graph): Graph {
  if (!graph.nodes.some(isNamed)) return graph;
  const dims = inferDims(graph);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => (isNamed(node) ? (withPads(node, dims) ?? node) : node)),
  };
}

function isNamed(node: Node): node is OnnxNode {
  return (
    node.kind === 'onnx' &&
    node.domain === '' &&
    kernelInput.has(node.op) &&
    stringOf(node, 'auto_pad', 'NOTSET').startsWith('SAME_') &&
    (intsOf(node, 'dilations') ?? []).some((d) => d !== 1)
  );
}

function withPads(node: OnnxNode, dims: Dims): OnnxNode | undefined {
  const held = node.inputs[kernelInput.get(node.op)!] ?? '';
  const kernel = intsOf(node, 'kernel_shape') ?? dims.get(held)?.slice(2);
  const space = dims.get(node.inputs[0] ?? '')?.slice(2);
  const lower = stringOf(node, 'auto_pad', '') === 'SAME_LOWER';
  const pairs = kernel?.map((k, axis) => {
    const stride = intsOf(node, 'strides')?.[axis] ?? 1;
    // Any size will do where none matters.
    const size = space?.[axis] ?? (stride === 1 ? 1 : undefined);
    if (k === undefined || size === undefined) return undefined;
    return samePadding(size, { kernel: k, stride, dilation: intsOf(node, 'dilations')![axis] ?? 1 }, lower);
  });
  if (!pairs?.every((pair) => pair !== undefined)) return undefined;
  const pads = [...pairs.map(([begin]) => begin), ...pairs.map(([, end]) => end)];
  return { ...node, attributes: { ...node.attributes, auto_pad: string('NOTSET'), pads: ints(pads) } };
}
