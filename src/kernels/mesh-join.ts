/**
 * The inner loop of region.ts, as WebAssembly with its 128-bit floats: what the elimination of nodes adds to the conductances between
 * those that stay, four rows by four columns at a time, which stay in registers while all eliminated nodes are added up.
 */
import { type Code, instantiate, type Kernel, reserve } from './instantiate.ts';
import { constant, f64x2, get, i32, repeat, set, step, v128 } from './wasm.ts';

/** Rows and columns that are computed together; as many are written behind the end of a block. */
export const tile = 4;

/** A matrix within the memory: where it starts, and how far its rows lie apart, in numbers. */
export interface Place {
  readonly start: number;
  readonly stride: number;
}

/**
 * out[i][j] = base[i][j] + sum over k of ratios[k][i] rows[k][j]
 *
 * `ratios` and `rows` have the same stride. Up to three rows and columns more than `height` and `width` are computed and written.
 */
export interface Product {
  readonly ratios: number;
  readonly rows: number;
  readonly stride: number;
  /** Of eliminated nodes; at least one. */
  readonly count: number;
  readonly base: Place;
  readonly out: Place;
  readonly height: number;
  readonly width: number;
  /** Whether only what lies on and above the diagonal is wanted. */
  readonly upper: boolean;
}

const bytes = 8;
let kernel: Kernel | undefined;
let numbers = new Float64Array(0);

/** The memory of this thread with room for `length` numbers: the same as before unless it has to grow. */
export function meshMemory(length: number): Float64Array {
  kernel ??= assemble();
  reserve(kernel, length * bytes);
  if (numbers.buffer !== kernel.memory.buffer) numbers = new Float64Array(kernel.memory.buffer);
  return numbers;
}

export function addProduct(product: Product): void {
  const { base, out } = product;
  const ratios = product.ratios * bytes;
  const stride = product.stride * bytes;
  kernel!.run(
    ratios,
    product.rows * bytes,
    stride,
    product.count * stride,
    base.start * bytes,
    base.stride * bytes,
    out.start * bytes,
    out.stride * bytes,
    ratios + product.height * bytes,
    product.width * bytes,
    product.upper ? tile * bytes : 0,
  );
}

/** A function of what `addProduct` gives it, all in bytes. */
function assemble(): Kernel {
  const [ratio, source, stride, depth, base, baseStride, out, outStride, last, width, skip] = [
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  ] as [number, number, number, number, number, number, number, number, number, number, number];
  const [begin, column, pointer, from, to, limit] = [11, 12, 13, 14, 15, 16] as const;
  const sums = [17, 18, 19, 20].map((_, row) => [17 + 2 * row, 18 + 2 * row] as const);
  const [low, high, own] = [25, 26, 27] as const;
  const alongRows = (start: number, apart: number, each: (row: (typeof sums)[number]) => Code): Code => [
    [get(start), get(column), i32.add, set(pointer)],
    sums.map((row, i) => [i > 0 ? step(pointer, get(apart)) : [], each(row)]),
  ];
  const addNode = [
    [get(to), v128.load(0), set(low)],
    [get(to), v128.load(16), set(high)],
    sums.map(([left, right], row) => [
      [get(from), v128.loadInTwo(row * bytes), set(own)],
      [get(left), get(own), get(low), f64x2.multiply, f64x2.add, set(left)],
      [get(right), get(own), get(high), f64x2.multiply, f64x2.add, set(right)],
    ]),
    step(from, get(stride)),
    step(to, get(stride)),
  ];
  const addTile = [
    alongRows(base, baseStride, ([left, right]) => [
      [get(pointer), v128.load(0), set(left)],
      [get(pointer), v128.load(16), set(right)],
    ]),
    [get(ratio), set(from)],
    [get(source), get(column), i32.add, set(to)],
    [get(ratio), get(depth), i32.add, set(limit)],
    repeat(addNode, from, limit),
    alongRows(out, outStride, ([left, right]) => [
      [get(pointer), get(left), v128.store(0)],
      [get(pointer), get(right), v128.store(16)],
    ]),
    step(column, tile * bytes),
  ];
  const fourTimes = (apart: number) => [get(apart), constant(tile), i32.multiply];
  const addRows = [
    [get(begin), set(column)],
    repeat(addTile, column, width),
    step(begin, get(skip)),
    step(ratio, tile * bytes),
    step(base, fourTimes(baseStride)),
    step(out, fourTimes(outStride)),
  ];
  return instantiate(11, 6, 11, [[constant(0), set(begin)], repeat(addRows, ratio, last)]);
}
