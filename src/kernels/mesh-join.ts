/**
 * The inner loops of join.ts, as WebAssembly with its 128-bit floats: elimination of the nodes that two networks share, and what it
 * adds to the conductances between those that stay. Rows of eliminated nodes lie in strips of four columns, node after node, so that
 * loops over nodes read what lies next to each other.
 */
import { type Code, instantiate, type Kernel, reserve } from './instantiate.ts';
import { assembleProducts, bytes, rowBytes, tile } from './strip-products.ts';
import { constant, f64x2, get, i32, repeat, set, step, v128, when } from './wasm.ts';

export { tile };

/** A matrix within the memory: where it starts, and how far its rows lie apart, in numbers. */
export interface Place {
  readonly start: number;
  readonly stride: number;
}

/**
 * Rows of eliminated nodes within the memory: the number of node k and column c lies at
 * start + (c div tile) depth tile + k tile + c mod tile. The first columns are the nodes themselves, up to `depth`.
 */
export interface Strips {
  readonly start: number;
  /** Nodes, filled up with such that have no conductances to a multiple of `tile`. */
  readonly depth: number;
}

interface Kernels {
  readonly add: Kernel;
  readonly finish: Kernel;
}

let kernels: Kernels | undefined;
let numbers = new Float64Array(0);

/** The memory of this thread with room for `length` numbers: the same as before unless it has to grow. */
export function meshMemory(length: number): Float64Array {
  if (!kernels) {
    const add = assembleProducts();
    kernels = { add, finish: assembleFinish(add) };
  }
  if (length * bytes > numbers.byteLength) {
    reserve(kernels.add, length * bytes);
    numbers = new Float64Array(kernels.add.memory.buffer);
  }
  return numbers;
}

/**
 * Eliminates nodes, one after the other, as far as their own rows are concerned: to each what earlier ones pass on to it.
 * @param rows conductances of every node to later ones and to those that stay; 0 for others, and for those that fill up
 * @param ratios gets the share of each of these in their sum, which is what the node passes on; zeros where nodes fill up
 * @param count nodes, those not counted that fill up
 * @param columns of rows and ratios
 */
export function eliminateStrips(rows: Strips, ratios: number, count: number, columns: number): void {
  const { add, finish } = kernels!;
  const { depth } = rows;
  const strip = depth * rowBytes;
  const end = rows.start * bytes + Math.ceil(columns / tile) * strip;
  for (let first = 0; first < count; first += tile) {
    const from = (first / tile) * strip;
    const [own, shares] = [rows.start * bytes + from, ratios * bytes + from];
    const within = first * rowBytes;
    const out = own + within;
    if (first > 0)
      add.run(
        shares,
        own,
        strip,
        within,
        out,
        rowBytes,
        strip,
        out,
        rowBytes,
        strip,
        shares + strip,
        end - own,
        0,
      );
    finish.run(own + within, shares + within, strip, end + within, Math.min(tile, count - first));
  }
}

/**
 * out[i][j] = base[i][j] + sum over k of ratios[k][first row + i] rows[k][first column + j]
 *
 * Up to three rows and columns more than `height` and `width` are computed and written.
 */
export interface Product {
  readonly rows: Strips;
  /** Where these lie in the memory, as the rows do. */
  readonly ratios: number;
  /** A multiple of `tile`, as is the first column. */
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly base: Place;
  readonly out: Place;
  readonly height: number;
  readonly width: number;
  /** Whether only what lies on and above the diagonal is wanted. */
  readonly upper: boolean;
}

export function addProduct(product: Product): void {
  const { rows, base, out } = product;
  const strip = rows.depth * rowBytes;
  const ratios = product.ratios * bytes + (product.firstRow / tile) * strip;
  kernels!.add.run(
    ratios,
    rows.start * bytes + (product.firstColumn / tile) * strip,
    strip,
    strip,
    base.start * bytes,
    base.stride * bytes,
    rowBytes,
    out.start * bytes,
    out.stride * bytes,
    rowBytes,
    ratios + Math.ceil(product.height / tile) * strip,
    Math.ceil(product.width / tile) * strip,
    product.upper ? 1 : 0,
  );
}

/**
 * Four nodes or fewer that have got what all before them pass on: what they pass on to each other, and their ratios. A function of
 * where their rows and ratios begin, in the strip of their own columns, how far strips lie apart, where the rows would go on behind the
 * last strip, all in bytes, and how many they are.
 */
function assembleFinish({ memory }: Kernel): Kernel {
  const [rows, ratios, strip, end, nodes] = [0, 1, 2, 3, 4] as const;
  const [at, to] = [5, 6] as const;
  const [low, high, sum, other] = [7, 8, 9, 10] as const;
  const passed = [11, 12, 13] as const;
  const addLow = (of: number) => [get(sum), get(of), f64x2.add, set(sum)];
  const addHigh = (of: number) => [get(sum), get(of), get(of), v128.highParts, f64x2.add, set(sum)];
  /** The numbers of one node in one strip, with what the nodes before it pass on. */
  const complete = (node: number): Code => [
    [get(at), v128.load(node * rowBytes), set(low)],
    [get(at), v128.load(node * rowBytes + 16), set(high)],
    passed.slice(0, node).map((ratio, before) => [
      [get(low), get(ratio), get(at), v128.load(before * rowBytes), f64x2.multiply, f64x2.add, set(low)],
      [
        get(high),
        get(ratio),
        get(at),
        v128.load(before * rowBytes + 16),
        f64x2.multiply,
        f64x2.add,
        set(high),
      ],
    ]),
    node === 0
      ? []
      : [
          [get(at), get(low), v128.store(node * rowBytes)],
          [get(at), get(high), v128.store(node * rowBytes + 16)],
        ],
  ];
  /** Columns behind the node, in the strip of its own column. */
  const ownColumns = (node: number): Code => [
    node < 1 ? addHigh(low) : [],
    node < 2 ? addLow(high) : [],
    node < 3 ? addHigh(high) : [],
  ];
  const shareOut = (node: number): Code =>
    [0, 16].map((half) => [
      [get(to), get(at), v128.load(node * rowBytes + half)],
      [get(other), f64x2.multiply, v128.store(node * rowBytes + half)],
    ]);
  const finish = (node: number): Code => [
    passed
      .slice(0, node)
      .map((ratio, before) => [[get(ratios), v128.loadInTwo(before * rowBytes + node * bytes), set(ratio)]]),
    [get(rows), set(at)],
    [v128.zero, set(sum)],
    complete(node),
    ownColumns(node),
    step(at, get(strip)),
    repeat(
      [complete(node), addLow(low), addHigh(low), addLow(high), addHigh(high), step(at, get(strip))],
      at,
      end,
    ),
    [f64x2.inBoth(1), get(sum), get(sum), v128.lowParts, f64x2.divide, set(other)],
    [get(rows), set(at), get(ratios), set(to)],
    repeat([shareOut(node), step(at, get(strip)), step(to, get(strip))], at, end),
  ];
  const body = [0, 1, 2, 3].map((node) =>
    node === 0 ? finish(node) : when([get(nodes), constant(node), i32.above], finish(node)),
  );
  return instantiate(5, 2, 7, body, memory);
}
