/**
 * Stores slow layers several times: a layer with n replicas becomes n, each of which takes its share of the positions, as neighbouring
 * rows of the output, and what it gives is put together again. They multiply by the same matrix, on cells of their own.
 *
 *   y = concat over r of W (rows of x that the rows r of y need)
 */
import { optionInvalid } from '../../src/diagnostics/all.ts';
import { type Diagnostic, raise } from '../../src/diagnostics/diagnostic.ts';
import {
  type ConvGeometry,
  describeOrigin,
  freshNames,
  type Graph,
  int,
  type MvmNode,
  type Node,
  type Origin,
  onnxNode,
  valuesOf,
} from '../../src/ir/graph.ts';
import type { Span } from '../../src/ir/mapping.ts';
import { resolvePadding } from '../../src/ir/padding.ts';
import { int64, type Tensor } from '../../src/math/tensor.ts';
import { inferDims } from '../../src/onnx/dims.ts';
import { type Dim, knownSpace } from '../../src/onnx/dims-known.ts';

export interface ReplicaContext {
  readonly replicasOf: (origin: Origin) => number;
}

export const replicateLayers = { name: 'replicate-layers', run };

/** Raises options/invalid for every layer that has not as many rows of positions, or whose input has none that is known. */
function run(graph: Graph, { replicasOf }: ReplicaContext): Graph {
  const dims = inferDims(graph);
  const constants = new Map<string, Tensor>(graph.constants);
  const fresh = freshNames(new Set(valuesOf(graph)));
  const problems: Diagnostic[] = [];
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const replicas = node.kind === 'mvm' ? replicasOf(node.origin) : 1;
    if (node.kind !== 'mvm' || replicas === 1) return [node];
    const rows = rowsOf(node, dims.get(node.input));
    if (!rows || rows.count < replicas) {
      problems.push(tooFewRows(node, rows?.count));
      return [node];
    }
    const own = Array.from({ length: replicas }, (_, number) => {
      const output = fresh(`${node.output}/replica_${number}`);
      const { input, geometry } = rows.share(evenShare(rows.count, replicas, number));
      const names = ['start', 'end', 'axis'].map((name) => fresh(`${output}/${name}`));
      for (const [i, value] of [input.start, input.end, rows.axis].entries())
        constants.set(names[i]!, int64([1], [value]));
      const taken = fresh(`${output}/input`);
      const slice = onnxNode('Slice', [node.input, ...names], [taken], node.origin);
      const layer: MvmNode = {
        ...node,
        ...{ input: taken, output, geometry, replica: { of: node.input, number } },
      };
      return { slice, layer };
    });
    const outputs = own.map(({ layer }) => layer.output);
    const whole = onnxNode('Concat', outputs, [node.output], node.origin, { axis: int(rows.axis) });
    return [...own.flatMap(({ slice, layer }) => [slice, layer]), whole];
  });
  raise(problems);
  return { ...graph, nodes, constants };
}

/** The axis along which positions are shared, and what a span of them needs. */
interface Rows {
  readonly axis: number;
  readonly count: number;
  /** Rows of the input, and how the layer pads them. */
  share(outputs: Span): { readonly input: Span; readonly geometry: MvmNode['geometry'] };
}

/** undefined where the layer has one position only, or nobody knows how many */
function rowsOf({ geometry: given }: MvmNode, dims: readonly Dim[] | undefined): Rows | undefined {
  if (given.kind === 'matmul') {
    const axis = (dims?.length ?? 0) - 2;
    const count = axis > 0 ? dims?.[axis] : undefined;
    return count === undefined ? undefined : { axis, count, share: (input) => ({ input, geometry: given }) };
  }
  const space = knownSpace(dims, given.kernel.length);
  const geometry = space && resolvePadding(given, space);
  return geometry?.kind === 'conv' ? rowsOfConv(geometry, space![0]!) : undefined;
}

/** @param height of the input, along its first spatial axis */
function rowsOfConv(geometry: ConvGeometry, height: number): Rows {
  const { kernel, strides, dilations, pads } = geometry;
  const axes = kernel.length;
  const [stride, above, below] = [strides[0]!, pads[0]!, pads[axes]!];
  const extent = (kernel[0]! - 1) * dilations[0]! + 1;
  return {
    axis: 2,
    count: Math.floor((height + above + below - extent) / stride) + 1,
    share({ start, end }) {
      const first = start * stride - above;
      const last = (end - 1) * stride - above + extent;
      const input = { start: Math.max(0, first), end: Math.min(height, last) };
      const own = [...pads];
      own[0] = input.start - first;
      own[axes] = last - input.end;
      return { input, geometry: { ...geometry, pads: own } };
    },
  };
}

function evenShare(count: number, shares: number, number: number): Span {
  const boundary = (i: number) => Math.round((i * count) / shares);
  return { start: boundary(number), end: boundary(number + 1) };
}

function tooFewRows({ origin }: MvmNode, count: number | undefined): Diagnostic {
  const place = `replicas: ${describeOrigin(origin)}`;
  return count === undefined
    ? optionInvalid(
        place,
        'nobody knows how many positions it has',
        'Replicas take rows of an image or steps of a sequence whose length the model fixes.',
      )
    : optionInvalid(place, `it has ${count} rows of positions`, 'Replicas take at least one row each.');
}
