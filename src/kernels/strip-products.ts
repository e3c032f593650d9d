/**
 * Products of matrices, as WebAssembly with its 128-bit floats. Both matrices lie in strips of four columns, [strip][k][column] with k
 * the number that is summed over, so that loops over it read what lies next to each other; sums of four rows by four columns stay in
 * registers meanwhile.
 */
import { type Code, instantiate, type Kernel } from './instantiate.ts';
import { constant, f64x2, get, i32, repeat, set, step, v128 } from './wasm.ts';

/** Rows and columns that are computed together; as many are written behind the end of a matrix. */
export const tile = 4;

/** Of a number, and of four. */
export const bytes = 8;
export const rowBytes = tile * bytes;

/**
 * A function of the places of factors and rows, how far strips of these lie apart, the length of the part of them that counts; the
 * places of what the sums begin with and of where they go, with how far rows and tiles lie apart there; where factors end, how long rows
 * are, and whether every four rows begin a tile later than those before them. All but that are in bytes.
 */
export function assembleProducts(): Kernel {
  const [
    ratio,
    source,
    strip,
    depth,
    base,
    baseStride,
    baseStep,
    out,
    outStride,
    outStep,
    last,
    width,
    upper,
  ] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const;
  const [begin, column, from, to, limit, pointer, baseAt, outAt] = [13, 14, 15, 16, 17, 18, 19, 20] as const;
  const sums = [21, 22, 23, 24].map((_, row) => [21 + 2 * row, 22 + 2 * row] as const);
  const [low, high, own] = [29, 30, 31] as const;
  const alongRows = (start: number, apart: number, each: (row: (typeof sums)[number]) => Code): Code => [
    [get(start), set(pointer)],
    sums.map((row, i) => [i > 0 ? step(pointer, get(apart)) : [], each(row)]),
  ];
  // Several nodes at once take registers that the sums need.
  const addNode = [
    [get(to), v128.load(0), set(low)],
    [get(to), v128.load(16), set(high)],
    sums.map(([left, right], row) => [
      [get(from), v128.loadInTwo(row * bytes), set(own)],
      [get(left), get(own), get(low), f64x2.multiply, f64x2.add, set(left)],
      [get(right), get(own), get(high), f64x2.multiply, f64x2.add, set(right)],
    ]),
    step(from, rowBytes),
    step(to, rowBytes),
  ];
  const addTile = [
    alongRows(baseAt, baseStride, ([left, right]) => [
      [get(pointer), v128.load(0), set(left)],
      [get(pointer), v128.load(16), set(right)],
    ]),
    [get(ratio), set(from)],
    [get(source), get(column), i32.add, set(to)],
    [get(ratio), get(depth), i32.add, set(limit)],
    repeat(addNode, from, limit),
    alongRows(outAt, outStride, ([left, right]) => [
      [get(pointer), get(left), v128.store(0)],
      [get(pointer), get(right), v128.store(16)],
    ]),
    step(column, get(strip)),
    step(baseAt, get(baseStep)),
    step(outAt, get(outStep)),
  ];
  const fourRows = (apart: number) => [get(apart), constant(tile), i32.multiply];
  const later = (by: number) => [get(upper), get(by), i32.multiply];
  const addRows = [
    [get(begin), set(column), get(base), set(baseAt), get(out), set(outAt)],
    repeat(addTile, column, width),
    step(ratio, get(strip)),
    step(begin, later(strip)),
    [step(base, fourRows(baseStride)), step(base, later(baseStep))],
    [step(out, fourRows(outStride)), step(out, later(outStep))],
  ];
  return instantiate(13, 8, 11, repeat(addRows, ratio, last));
}
