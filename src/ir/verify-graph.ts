/** Invariants of a Graph, checked after every pass; some depend on how far the graph has come. A broken one is our bug. */
import { InternalError } from '../diagnostics/diagnostic.ts';
import { sizeOf, type Tensor } from '../math/tensor.ts';
import { describeOrigin, type Graph, inputsOf, type Node, outputsOf } from './graph.ts';

/** The stage that a graph is in, or has come through. */
export type Phase = 'lower' | 'integers';

/** The kind of a crossbar layer's node. */
const layerKind = { lower: 'mvm', integers: 'quantized-mvm' } as const;

/** Raises InternalError at the first broken invariant. */
export function verifyGraph(graph: Graph, phase: Phase): void {
  const defined = new Set<string>();
  const define = (name: string, what: string) => {
    if (name === '') fail(`${what} has no name`);
    if (defined.has(name)) fail(`${what} defines '${name}' a second time`);
    defined.add(name);
  };
  for (const [name, tensor] of graph.constants) {
    define(name, 'a constant');
    verifyTensor(name, tensor);
  }
  for (const { name } of graph.inputs) define(name, 'an input');
  for (const node of graph.nodes) {
    const place = describeOrigin(node.origin);
    for (const name of inputsOf(node)) {
      if (!defined.has(name)) fail(`${place} reads '${name}' before it is defined`);
    }
    for (const name of outputsOf(node)) define(name, place);
    if (node.kind !== 'onnx' && node.kind !== layerKind[phase]) fail(`${place} is ${node.kind} in ${phase}`);
    verifyNode(node, place);
  }
  for (const { name } of graph.outputs) {
    if (!defined.has(name)) fail(`output '${name}' is not produced`);
  }
}

function fail(message: string): never {
  throw new InternalError('verify-graph', message);
}

/** Deferred values were checked against their file when the model was opened: they are not read for this. */
function verifyTensor(name: string, tensor: Tensor): void {
  if (tensor.deferred) return;
  const { dims, data } = tensor;
  if (data.length !== sizeOf(dims)) fail(`constant '${name}' of shape [${dims}] holds ${data.length} values`);
}

function verifyNode(node: Node, place: string): void {
  if (node.kind === 'onnx') {
    if (node.op === '') fail(`${place} has no operator`);
    return;
  }
  const { groups, rows, columns, geometry } = node;
  if (![groups, rows, columns].every((n) => Number.isInteger(n) && n > 0))
    fail(`${place} has ${groups} groups of ${rows} x ${columns}`);
  const length = (what: string, got: number, expected: number) => {
    if (got !== expected) fail(`${place} has ${got} ${what}, not ${expected}`);
  };
  if (geometry.kind === 'conv') {
    const axes = geometry.kernel.length;
    if (axes < 1 || axes > 3) fail(`${place} has ${axes} spatial axes`);
    length('strides', geometry.strides.length, axes);
    length('dilations', geometry.dilations.length, axes);
    length('pads', geometry.pads.length, 2 * axes);
    if (rows % sizeOf(geometry.kernel) !== 0) fail(`${place} has ${rows} rows, no multiple of its kernel`);
  } else length('groups', groups, 1);
  length('biases', node.bias.length, groups * columns);
  finite('biases', node.bias, place);
  // Real weights are read from their file at every look: lower-linear has looked at their values.
  if (node.kind === 'mvm') return;
  length('weights', node.integers.length, groups * rows * columns);
  length('scales', node.scales.length, groups * columns);
  finite('scales', node.scales, place);
  if (largestOf(node.integers) > node.weightMax) fail(`${place} has a weight beyond ${node.weightMax}`);
  if (geometry.kind === 'conv' && geometry.autoPad !== 'NOTSET') fail(`${place} pads by ${geometry.autoPad}`);
  const { scale, zero, signed, bits } = node.quantization;
  if (!(scale > 0 && Number.isFinite(scale))) fail(`${place} has inputs of step ${scale}`);
  if (!(Number.isInteger(bits) && bits >= 4 && bits <= 16)) fail(`${place} has inputs of ${bits} bits`);
  if (!Number.isInteger(zero) || zero < 0 || zero > (signed ? 0 : 2 ** bits - 1))
    fail(`${place} has zero at ${zero}`);
}

/** A plain loop: a callback per weight takes ten times as long. */
function largestOf(integers: Int8Array): number {
  let largest = 0;
  for (let i = 0; i < integers.length; i++) largest = Math.max(largest, Math.abs(integers[i]!));
  return largest;
}

function finite(what: string, values: Float64Array, place: string): void {
  if (!values.every(Number.isFinite)) fail(`the ${what} of ${place} are not all finite`);
}
