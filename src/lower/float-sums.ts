/**
 * The integer reference -> a graph that gives the same bits from floating-point products, which are fast on every processor,
 * where those of bytes are not. It is made where the reference runs; reference.onnx keeps its integers.
 *
 * Why the bits are the same: the terms of a sum, (code - zero) * weight, are whole numbers, and 32-bit floats hold every
 * whole number up to 2^24 in size. Let B be the largest |code - zero| times the sum of a column's |weight|. Whatever terms
 * have been added, and in whatever order, their sum is whole and at most B in size. Where B <= 2^24, then, neither a product
 * nor a sum nor a fused multiply-add of them ever rounds: in blocks, in lanes or one by one. Rows whose terms could sum up
 * to more are cut into parts that keep the bound, and the parts are added as 32-bit integers, as ConvInteger and
 * MatMulInteger add. Only a kernel that multiplies sums of inputs (Winograd's) could round; onnxruntime has none for
 * processors, and a test holds sums at the bound against integers.
 */
import { type Attributes, type Graph, inputsOf, int, type Node, type OnnxNode } from '../ir/graph.ts';
import { arrays, derived, float32, int64, sizeOf, type Tensor } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';
import { lowerGraph } from './graph.ts';

/** Floats of 32 bits hold every whole number up to here. */
const exactUpTo = 2 ** 24;

const operators: Readonly<Record<string, 'Conv' | 'MatMul'>> = {
  ConvInteger: 'Conv',
  MatMulInteger: 'MatMul',
};

/** A product of codes with constant weights, and the Cast to float32 or int64 that alone reads its sums. */
interface Product {
  readonly node: OnnxNode;
  readonly cast: OnnxNode;
  readonly op: 'Conv' | 'MatMul';
  readonly weights: Tensor;
  readonly weightZero: number;
  /** Input channels, or rows, at which parts begin that keep the bound. */
  readonly parts: readonly number[];
}

/**
 * @param taps values that become outputs besides the graph's own
 * @returns the graph with float sums wherever bytes are multiplied with constant ones and become float32 or int64 right away;
 *   all else as it was
 */
export function withFloatSums(graph: Graph, taps: readonly string[] = []): Graph {
  const readers = readersOf(graph);
  const products = findProducts(graph, readers, taps);
  const casts = new Set<Node>([...products.values()].map(({ cast }) => cast));
  const replaced = [...products.values()].map(({ node }) => node.inputs[1]!);
  const unread = new Set(replaced.filter((name) => readers.get(name)!.every((node) => products.has(node))));
  const constants = new Map([...graph.constants].filter(([name]) => !unread.has(name)));
  return lowerGraph(
    { ...graph, constants },
    (node) => {
      if (casts.has(node)) return () => undefined;
      const product = products.get(node);
      return product && ((emit) => emitProduct(emit, product));
    },
    taps,
  );
}

type Readers = ReadonlyMap<string, readonly Node[]>;

function readersOf(graph: Graph): Readers {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes)
    for (const name of inputsOf(node)) readers.set(name, [...(readers.get(name) ?? []), node]);
  return readers;
}

function findProducts(graph: Graph, readers: Readers, taps: readonly string[]): ReadonlyMap<Node, Product> {
  const kept = new Set([...taps, ...graph.outputs.map(({ name }) => name)]);
  const products = new Map<Node, Product>();
  for (const node of graph.nodes) {
    if (node.kind !== 'onnx' || node.domain !== '') continue;
    const op = operators[node.op];
    const [cast, ...others] = readers.get(node.outputs[0]!) ?? [];
    if (!op || cast?.kind !== 'onnx' || others.length > 0 || kept.has(node.outputs[0]!)) continue;
    if (cast.op !== 'Cast' || !(castsToFloat(cast) || isNumber(cast.attributes, 'to', 7))) continue;
    const [, weights, zero, weightZero] = node.inputs.map((name) => graph.constants.get(name));
    if (!weights || !zero || sizeOf(zero.dims) !== 1 || (weightZero && sizeOf(weightZero.dims) !== 1))
      continue;
    const operands = { op, weights, weightZero: weightZero ? Number(weightZero.data[0]) : 0 };
    const parts = cutRows(operands, largestCode(zero));
    if (parts && (parts.length === 1 || !isGrouped(node)))
      products.set(node, { ...operands, node, cast, parts });
  }
  return products;
}

/** Whether it gives 32-bit floats, as the products do. */
const castsToFloat = ({ attributes }: OnnxNode) => isNumber(attributes, 'to', 1);

function isNumber(attributes: Attributes, name: string, value: number): boolean {
  const attribute = attributes[name];
  return attribute?.type === 'int' && attribute.value === value;
}

function isGrouped({ attributes: { group } }: OnnxNode): boolean {
  return group?.type === 'int' && group.value > 1;
}

/** Of |code - zero|. */
function largestCode({ type, data }: Tensor): number {
  const zero = Number(data[0]);
  const least = type === 'int8' ? -128 : 0;
  return Math.max(zero - least, least + 255 - zero);
}

/**
 * Where parts begin of which every column keeps the bound: as few as one after the other gives.
 * @returns undefined where a single row, or channel of a kernel, is over it
 */
function cutRows(
  { op, weights: { dims, data }, weightZero }: Pick<Product, 'op' | 'weights' | 'weightZero'>,
  code: number,
): number[] | undefined {
  const bytes = data as Int8Array | Uint8Array;
  // Of a matrix [row][column], of a convolution [column][channel][...kernel].
  const [columns, rows, volume] =
    op === 'MatMul' ? [dims[1]!, dims[0]!, 1] : [dims[0]!, dims[1]!, sizeOf(dims.slice(2))];
  const [ofColumn, ofRow] = op === 'MatMul' ? [1, columns] : [rows * volume, volume];
  const sums = new Float64Array(columns);
  const own = new Float64Array(columns);
  const starts = [0];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const first = column * ofColumn + row * ofRow;
      let sum = 0;
      for (let at = first; at < first + volume; at++) sum += Math.abs(bytes[at]! - weightZero);
      own[column] = code * sum;
    }
    if (own.some((sum) => sum > exactUpTo)) return undefined;
    if (own.some((sum, column) => sums[column]! + sum > exactUpTo)) {
      starts.push(row);
      sums.fill(0);
    }
    for (let column = 0; column < columns; column++) sums[column]! += own[column]!;
  }
  return starts;
}

function emitProduct(emit: Emitter, product: Product): void {
  const { node, cast, op, weights, parts } = product;
  const [codes, , zero] = node.inputs;
  const one = emit.constant('one', float32([], [1]));
  const input = emit.op('DequantizeLinear', [codes!, one, zero!]);
  const output = cast.outputs[0]!;
  const multiply = (inputs: string, number: number) => {
    const integers = emit.constant(`weights_${number}`, partOf(product, number));
    return emit.op(op, [inputs, integers], node.attributes);
  };
  if (parts.length === 1) {
    // It changes no sum, and optimizers do not see through it: they would multiply the layer's scales into the weights.
    const limits = [-exactUpTo, exactUpTo].map((limit) =>
      emit.constant(`limit_${limit}`, float32([], [limit])),
    );
    const sums = [multiply(input, 0), ...limits];
    if (castsToFloat(cast)) emit.op('Clip', sums, {}, output);
    else emit.op('Cast', [emit.op('Clip', sums)], cast.attributes, output);
    return;
  }
  const axis = op === 'MatMul' ? 0 : 1;
  const sizes = parts.map((start, i) => (parts[i + 1] ?? weights.dims[axis]!) - start);
  const split = emit.constant('sizes', int64([sizes.length], sizes));
  const inputs = emit.split('Split', [input, split], sizes.length, { axis: int(op === 'MatMul' ? -1 : 1) });
  const sums = inputs.map((part, number) => emit.op('Cast', [multiply(part, number)], { to: int(6) }));
  const sum = sums.reduce((a, b) => emit.op('Add', [a, b]));
  emit.op('Cast', [sum], cast.attributes, output);
}

/** The whole-numbered weights of one part, as floats. */
function partOf({ op, weights, weightZero, parts }: Product, number: number): Tensor {
  const axis = op === 'MatMul' ? 0 : 1;
  const [start, end] = [parts[number]!, parts[number + 1] ?? weights.dims[axis]!];
  const dims = weights.dims.map((dim, i) => (i === axis ? end - start : dim));
  const inner = sizeOf(weights.dims.slice(axis + 1));
  return derived([weights], 'float32', dims, () => {
    const bytes = weights.data as Int8Array | Uint8Array;
    const values = new arrays.float32(sizeOf(dims));
    const whole = weights.dims[axis]! * inner;
    const length = (end - start) * inner;
    for (let at = 0; at < values.length; at++) {
      const outer = Math.floor(at / length);
      values[at] = bytes[outer * whole + start * inner + (at - outer * length)]! - weightZero;
    }
    return values;
  });
}
