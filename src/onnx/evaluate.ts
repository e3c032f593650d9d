/**
 * What a node computes from constant inputs, where that only moves values or changes their type: it stands between stored
 * weights and the layers that use them, and is made when somebody looks, so that large weights need not fit into memory.
 * Anything that is not understood completely is left alone (undefined); `compute-constants` does all else.
 */
import type { OnnxNode } from '../ir/graph.ts';
import { float32, int64, sizeOf, type Tensor, toDoubles } from '../math/tensor.ts';
import { intOf, intsOf } from './attribute-values.ts';
import { cast, constantOfShape, dequantize } from './evaluate-conversion.ts';
import { concat, gather, reshaped, slice, transpose } from './evaluate-movement.ts';

type Inputs = readonly (Tensor | undefined)[];
type Rule = (node: OnnxNode, inputs: Inputs, opset: number) => Tensor | undefined;

const rules: Readonly<Record<string, Rule>> = {
  Constant: constantValue,
  Identity: (_, [x]) => x,
  Cast: (node, [x]) => x && cast(x, intOf(node, 'to', 0)),
  ConstantOfShape: (node, [shape]) =>
    withNumbers(shape, (dims) => constantOfShape(dims, node.attributes.value)),
  DequantizeLinear: (node, [x, scale, zero]) =>
    x && scale && intOf(node, 'output_dtype', 1) === 1
      ? dequantize(x, scale, zero, intOf(node, 'axis', 1), intOf(node, 'block_size', 0))
      : undefined,
  Transpose: (node, [x]) =>
    x && transpose(x, intsOf(node, 'perm') ?? x.dims.map((_, i) => x.dims.length - 1 - i)),
  Reshape: (node, [x, shape]) =>
    x && withNumbers(shape, (dims) => reshape(x, dims, intOf(node, 'allowzero', 0) === 1)),
  Flatten: (node, [x]) => x && flatten(x, intOf(node, 'axis', 1)),
  Squeeze: (node, [x, axes]) => x && squeeze(x, axes ? numbers(axes) : intsOf(node, 'axes')),
  Unsqueeze: (node, [x, axes]) => x && unsqueeze(x, axes ? numbers(axes) : intsOf(node, 'axes')),
  Concat: (node, inputs) =>
    concat(
      inputs.filter((t) => t !== undefined),
      intOf(node, 'axis', 0),
    ),
  Gather: (node, [x, indices]) =>
    x && withNumbers(indices, (list) => gather(x, indices!.dims, list, intOf(node, 'axis', 0))),
  Slice: sliceNode,
  Shape: (node, [x]) => x && shapeOf(x, intOf(node, 'start', 0), intOf(node, 'end', x.dims.length)),
};

/**
 * @param inputs the node's inputs in order; undefined for an optional input that is absent
 * @returns undefined for operators and cases that are not folded
 */
export function evaluate(node: OnnxNode, inputs: Inputs, opset: number): Tensor | undefined {
  const isHigh = (x: Tensor | undefined) => x !== undefined && x.dims.length > highestRank;
  if (!evaluates(node) || inputs.some(isHigh)) return undefined;
  const result = rules[node.op]?.(node, inputs, opset);
  return isHigh(result) ? undefined : result;
}

/** onnxruntime's own limits are lower for most operators. */
const highestRank = 64;
/** Numbers among the inputs that say what a node does, such as indices. */
const mostNumbers = 2 ** 20;

/** Whether the operator is one of those. */
export function evaluates({ domain, op, outputs }: OnnxNode): boolean {
  return domain === '' && outputs.length === 1 && Object.hasOwn(rules, op);
}

function numbers(tensor: Tensor): readonly number[] | undefined {
  return sizeOf(tensor.dims) > mostNumbers ? undefined : Array.from(toDoubles(tensor) ?? []);
}

function withNumbers(
  tensor: Tensor | undefined,
  use: (list: readonly number[]) => Tensor | undefined,
): Tensor | undefined {
  const list = tensor && numbers(tensor);
  return list && use(list);
}

function constantValue(node: OnnxNode): Tensor | undefined {
  const [[name, attribute] = ['', undefined]] = Object.entries(node.attributes);
  if (attribute?.type === 'tensor') return attribute.value;
  if (name === 'value_float' && attribute?.type === 'float') return float32([], [attribute.value]);
  if (name === 'value_floats' && attribute?.type === 'floats')
    return float32([attribute.value.length], attribute.value);
  if (name === 'value_int' && attribute?.type === 'int') return int64([], [attribute.value]);
  if (name === 'value_ints' && attribute?.type === 'ints')
    return int64([attribute.value.length], attribute.value);
  return undefined;
}

function axesOf(axes: readonly number[], rank: number): Set<number> | undefined {
  const positive = axes.map((a) => (a < 0 ? a + rank : a));
  return positive.every((a) => a >= 0 && a < rank) ? new Set(positive) : undefined;
}

function reshape(x: Tensor, shape: readonly number[], allowZero: boolean): Tensor | undefined {
  const dims = shape.map((d, i) => (d === 0 && !allowZero ? (x.dims[i] ?? 0) : d));
  const free = dims.indexOf(-1);
  if (free >= 0) {
    const rest = dims.reduce((product, d) => (d === -1 ? product : product * d), 1);
    if (rest === 0) return undefined;
    dims[free] = sizeOf(x.dims) / rest;
  }
  return reshaped(x, dims);
}

function flatten(x: Tensor, axis: number): Tensor | undefined {
  const rows = sizeOf(x.dims.slice(0, axis));
  return reshaped(x, [rows, rows === 0 ? 0 : sizeOf(x.dims) / rows]);
}

function squeeze(x: Tensor, axes: readonly number[] | undefined): Tensor | undefined {
  const gone = axes ? axesOf(axes, x.dims.length) : new Set(x.dims.flatMap((d, i) => (d === 1 ? [i] : [])));
  const left = gone && x.dims.filter((_, i) => !gone.has(i));
  return left && reshaped(x, left);
}

function unsqueeze(x: Tensor, axes: readonly number[] | undefined): Tensor | undefined {
  const rank = x.dims.length + (axes?.length ?? 0);
  const added = axes && axesOf(axes, rank);
  if (added?.size !== axes?.length || !added) return undefined;
  const old = [...x.dims];
  const dims = Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : old.shift()!));
  return reshaped(x, dims);
}

function shapeOf(x: Tensor, start: number, end: number): Tensor {
  const dims = x.dims.slice(start, end);
  return int64([dims.length], dims);
}

/** Starts, ends and axes are attributes before opset 10, and inputs from then on. */
function sliceNode(node: OnnxNode, [x, ...rest]: Inputs, opset: number): Tensor | undefined {
  const [starts, ends, axes, steps] =
    opset < 10
      ? ['starts', 'ends', 'axes'].map((name) => intsOf(node, name))
      : rest.map((t) => t && numbers(t));
  return x && starts && ends ? slice(x, starts, ends, axes ?? starts.map((_, i) => i), steps) : undefined;
}
