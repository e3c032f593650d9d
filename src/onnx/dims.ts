/**
 * The dimensions of values, as far as they follow from those of the inputs and constants: what decides whether a
 * product keeps its shape when it moves to a crossbar, and how long the sequence of a recurrent layer is.
 */
import type { Graph, Node } from '../ir/graph.ts';
import { toDoubles } from '../math/tensor.ts';
import { fusedShape } from './dims-fused.ts';
import type { Dims, Known, Size } from './dims-known.ts';
import { slide } from './dims-layers.ts';
import { shapeRules } from './dims-rules.ts';
import { valueRules } from './dims-values.ts';

/** Integer tensors of more elements than this are no shapes. */
const largestShape = 64;

export function inferDims(graph: Graph): Dims {
  const dims = new Map<string, readonly Size[]>();
  const values = new Map<string, readonly Size[]>();
  for (const { name, dims: given } of graph.inputs) {
    const size = (d: number | string | undefined, axis: number) =>
      (typeof d === 'number' && d > 0) || typeof d === 'string' ? d : `${name}[${axis}]`;
    if (given) dims.set(name, given.map(size));
  }
  const constantValues = (name: string) => {
    const tensor = graph.constants.get(name);
    const small = tensor && tensor.dims.length <= 1 && (tensor.dims[0] ?? 1) <= largestShape;
    return small && tensor.type.startsWith('int') ? Array.from(toDoubles(tensor) ?? []) : undefined;
  };
  const known: Known = {
    dims: (name = '') => dims.get(name) ?? graph.constants.get(name)?.dims,
    values: (name = '') => values.get(name) ?? constantValues(name),
  };
  for (const node of graph.nodes) {
    const outputs = node.kind === 'onnx' ? node.outputs : [node.output];
    outputsOf(node, known).forEach((d, i) => {
      if (d && outputs[i]) dims.set(outputs[i], d);
    });
    const value =
      node.kind === 'onnx' && node.domain === '' ? valueRules.get(node.op)?.(node, known) : undefined;
    if (value && value.length <= largestShape) values.set(outputs[0]!, value);
  }
  for (const [name, tensor] of graph.constants) dims.set(name, tensor.dims);
  const plain = (sizes: readonly Size[]) => sizes.map((d) => (typeof d === 'number' ? d : undefined));
  return new Map([...dims].map(([name, sizes]) => [name, plain(sizes)]));
}

function outputsOf(node: Node, known: Known): readonly (readonly Size[] | undefined)[] {
  if (node.kind === 'onnx') {
    const rule = node.domain === '' ? shapeRules.get(node.op) : undefined;
    return rule?.(known.dims(node.inputs[0]), node, known) ?? fusedShape(node, known) ?? [];
  }
  const input = known.dims(node.input);
  const columns = node.groups * node.columns;
  if (node.geometry.kind === 'matmul') return [input && [...input.slice(0, -1), columns]];
  const { kernel } = node.geometry;
  const space = input ? slide(input.slice(2), node.geometry) : kernel.map(() => undefined);
  return [[input?.[0], columns, ...space]];
}
