/** How the dimensions of an operator's outputs follow from its inputs (the shape inference of the ONNX operators). */
import type { OnnxNode } from '../ir/graph.ts';
import { intOf, intsOf, isSet } from './attribute-values.ts';
import { einsum } from './dims-einsum.ts';
import type { Known, Shape, Size } from './dims-known.ts';
import { depthToSpace, number, recurrent, window } from './dims-layers.ts';

/** @param x the first input's dimensions */
type ShapeRule = (x: Shape, node: OnnxNode, known: Known) => readonly Shape[];

const unknown = (rank: Size): Shape => (typeof rank === 'number' ? Array(rank).fill(undefined) : undefined);
const words = (...lines: string[]) => lines.flatMap((line) => line.split(' '));

const sameAsFirst = words(
  'Relu LeakyRelu PRelu Clip Sigmoid HardSigmoid HardSwish Tanh Elu Selu Celu Gelu Erf Exp Log Sqrt Neg Abs Not',
  'Softplus Softsign ThresholdedRelu Mish Reciprocal Floor Ceil Round Sign Sin Cos Softmax LogSoftmax Hardmax Cast',
  'CastLike Identity Dropout BatchNormalization InstanceNormalization LayerNormalization GroupNormalization LRN',
  'LpNormalization QuantizeLinear DequantizeLinear CumSum Trilu',
);
const broadcasting = words(
  'Add Sub Mul Div Pow Mod Min Max Sum Mean Where And Or Xor Equal Less Greater LessOrEqual GreaterOrEqual',
);
const reductions = words('L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare').map((op) => `Reduce${op}`);

const rules: Readonly<Record<string, ShapeRule>> = {
  ...rulesOf(sameAsFirst, (x) => [x]),
  ...rulesOf(broadcasting, (_, node, known) => [broadcast(node.inputs.map(known.dims))]),
  ...rulesOf(reductions, reduce),
  ...rulesOf(words('LSTM GRU RNN'), recurrent),
  ...rulesOf(words('MaxPool AveragePool LpPool Conv ConvInteger QLinearConv'), window),
  ...rulesOf(words('GlobalAveragePool GlobalMaxPool'), (x) => [x?.map((d, i) => (i < 2 ? d : 1))]),
  ...rulesOf(words('SpaceToDepth Resize Upsample'), (x) => [unknown(x?.length)]),
  ConvTranspose: (x, node, known) => {
    const channels = product([known.dims(node.inputs[1])?.[1], intOf(node, 'group', 1)]);
    return [x && [x[0], channels, ...x.slice(2).map(() => undefined)]];
  },
  ...rulesOf(words('MatMul MatMulInteger'), (x, node, known) => [matmul(x, known.dims(node.inputs[1]))]),
  QLinearMatMul: (x, node, known) => [matmul(x, known.dims(node.inputs[3]))],
  DynamicQuantizeLinear: (x) => [x, [], []],
  Gemm: (x, node, known) => {
    const b = known.dims(node.inputs[1]);
    return [[x?.[isSet(node, 'transA') ? 1 : 0], b?.[isSet(node, 'transB') ? 0 : 1]]];
  },
  Einsum: einsum,
  Flatten: (x, node) => {
    const axis = intOf(node, 'axis', 1);
    return [[product(x?.slice(0, axis)), product(x?.slice(axis))]];
  },
  Shape: (x, node) => [
    [x?.slice(intOf(node, 'start', 0), intOf(node, 'end', Number.MAX_SAFE_INTEGER)).length],
  ],
  ConstantOfShape: (x, node, known) => [known.values(node.inputs[0]) ?? unknown(x?.[0])],
  Reshape: (x, node, known) => [reshape(x, node, known)],
  Expand: (x, node, known) => {
    const target = known.values(node.inputs[1]) ?? unknown(known.dims(node.inputs[1])?.[0]);
    return [broadcast([x, target])];
  },
  Transpose: (x, node) => {
    const perm = intsOf(node, 'perm');
    return [x && (perm ? perm.map((axis) => x[axis]) : x.toReversed())];
  },
  Unsqueeze: (x, node, known) => {
    const axes = axesOf(node, known);
    if (!x || !axes) return [];
    const added = new Set(axes.map((a) => positive(a, x.length + axes.length)));
    const old = [...x];
    return [Array.from({ length: x.length + axes.length }, (_, i) => (added.has(i) ? 1 : old.shift()))];
  },
  Squeeze: (x, node, known) => {
    const axes = axesOf(node, known);
    if (!x || !axes)
      return [x?.every((d) => d !== undefined) && !node.inputs[1] ? x.filter((d) => d !== 1) : undefined];
    const gone = new Set(axes.map((a) => positive(a, x.length)));
    return [x.filter((_, i) => !gone.has(i))];
  },
  Gather: (x, node, known) => {
    const indices = known.dims(node.inputs[1]);
    if (!x || !indices) return [];
    const axis = positive(intOf(node, 'axis', 0), x.length);
    return [[...x.slice(0, axis), ...indices, ...x.slice(axis + 1)]];
  },
  Slice: (x, node, known) => [sliced(x, node, known)],
  Concat: (x, node, known) => {
    const parts = node.inputs.map(known.dims);
    if (!x || parts.some((p) => p?.length !== x.length)) return [];
    const axis = positive(intOf(node, 'axis', 0), x.length);
    return [
      x.map((d, i) =>
        i === axis ? sum(parts.map((p) => p![i])) : (parts.find((p) => p![i] !== undefined)?.[i] ?? d),
      ),
    ];
  },
  Split: (x, node, known) => {
    if (!x) return [];
    const axis = positive(intOf(node, 'axis', 0), x.length);
    const sizes = intsOf(node, 'split') ?? known.values(node.inputs[1]);
    const size = number(x[axis]);
    const even = size === undefined ? undefined : Math.ceil(size / node.outputs.length);
    const part = (k: number) =>
      sizes ? sizes[k] : even === undefined ? undefined : Math.min(even, size! - k * even);
    return node.outputs.map((_, k) => x.map((d, i) => (i === axis ? part(k) : d)));
  },
  Pad: (x, node, known) => {
    const pads = intsOf(node, 'pads') ?? (node.inputs[3] ? undefined : known.values(node.inputs[1]));
    return [x?.map((d, i) => sum([d, pads?.[i], pads?.[i + x.length]]))];
  },
  Tile: (x, node, known) => {
    const repeats = known.values(node.inputs[1]);
    return [x?.map((d, i) => product([d, repeats?.[i]]))];
  },
  OneHot: (x, node, known) => {
    return [
      x && intOf(node, 'axis', -1) === -1
        ? [...x, known.values(node.inputs[1])?.[0]]
        : unknown(plus(x?.length, 1)),
    ];
  },
  DepthToSpace: depthToSpace,
};

/** By operator: a map, since any word may be the name of one. */
export const shapeRules: ReadonlyMap<string, ShapeRule> = new Map(Object.entries(rules));

function rulesOf(operators: readonly string[], rule: ShapeRule): Record<string, ShapeRule> {
  return Object.fromEntries(operators.map((op) => [op, rule]));
}

function positive(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

function plus(a: Size, b: Size): Size {
  return typeof a === 'number' && typeof b === 'number' ? a + b : undefined;
}

function sum(dims: readonly Size[]): Size {
  return dims.reduce(plus, 0);
}

function product(dims: Shape): Size {
  return dims?.reduce((p, d) => (typeof p === 'number' && typeof d === 'number' ? p * d : undefined), 1);
}

function axesOf(node: OnnxNode, known: Known): readonly number[] | undefined {
  const axes = intsOf(node, 'axes') ?? known.values(node.inputs[1]);
  return axes?.every((a) => typeof a === 'number') ? axes : undefined;
}

/** numpy's rule; a number above 1 wins over what is unknown. */
function broadcast(shapes: readonly Shape[]): Shape {
  if (shapes.some((s) => !s)) return undefined;
  const rank = Math.max(...shapes.map((s) => s!.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.flatMap((s) => (s!.length >= rank - i ? [s!.at(i - rank)] : []));
    const wide = sizes.filter((d) => d !== 1);
    if (wide.length === 0) return 1;
    return wide.find((d) => typeof d === 'number') ?? (new Set(wide).size === 1 ? wide[0] : undefined);
  });
}

function matmul(a: Shape, b: Shape): Shape {
  if (!a || !b) return undefined;
  const [rows, columns] = [a.length > 1 ? [a.at(-2)] : [], b.length > 1 ? [b.at(-1)] : []];
  return [...broadcast([a.slice(0, -2), b.slice(0, -2)])!, ...rows, ...columns];
}

function reduce(x: Shape, node: OnnxNode, known: Known): Shape[] {
  const axes = axesOf(node, known);
  if (!x) return [];
  const keep = intOf(node, 'keepdims', 1) === 1;
  if (!axes) return [keep ? unknown(x.length) : undefined];
  const gone = new Set(axes.map((a) => positive(a, x.length)));
  return [keep ? x.map((d, i) => (gone.has(i) ? 1 : d)) : x.filter((_, i) => !gone.has(i))];
}

function reshape(x: Shape, node: OnnxNode, known: Known): Shape {
  const target = intsOf(node, 'shape') ?? known.values(node.inputs[1]);
  if (!target) return unknown(known.dims(node.inputs[1])?.[0]);
  const copied = target.map(
    (d, i) => d === 0 && intOf(node, 'allowzero', 0) === 0 && x !== undefined && i < x.length,
  );
  const dims = target.map((d, i) => (copied[i] ? x?.[i] : d));
  const rest = x?.filter((_, i) => !copied[i]) ?? [undefined];
  const others = target.filter((d, i) => !copied[i] && d !== -1);
  return dims.map((d) => (d === -1 ? quotient(rest, others) : d));
}

/** The product of `over` by that of `under`; what is in both by its name alone cancels out. */
function quotient(over: readonly Size[], under: readonly Size[]): Size {
  const left = [...over];
  const rest = under.filter((d) => {
    const at = typeof d === 'string' ? left.indexOf(d) : -1;
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  if (rest.every((d) => d === 1) && left.filter((d) => d !== 1).length === 1)
    return left.find((d) => d !== 1);
  const [a, b] = [number(product(left)), number(product(rest))];
  return a === undefined || !b ? undefined : a / b;
}

function sliced(x: Shape, node: OnnxNode, known: Known): Shape {
  const [starts, ends, given, steps] = ['starts', 'ends', 'axes', 'steps'].map(
    (name, i) => intsOf(node, name) ?? known.values(node.inputs[i + 1]),
  );
  if (!x) return undefined;
  const count = starts?.length ?? number(known.dims(node.inputs[1])?.[0]);
  const axes = given ?? (node.inputs[3] ? undefined : Array.from({ length: count ?? 0 }, (_, i) => i));
  if (count === undefined || !axes?.every((a) => typeof a === 'number')) return unknown(x.length);
  const dims = [...x];
  axes.forEach((axis, i) => {
    const at = positive(axis, x.length);
    const [size, start, end, step] = [x[at], starts?.[i], ends?.[i], node.inputs[4] ? steps?.[i] : 1].map(
      number,
    );
    dims[at] = undefined;
    if (size === undefined || start === undefined || end === undefined || !step) return;
    const low = step > 0 ? 0 : -1;
    const clamp = (v: number) => Math.min(Math.max(v < 0 ? v + size : v, low), size + low);
    dims[at] = Math.max(0, Math.ceil((clamp(end) - clamp(start)) / step));
  });
  return dims;
}
