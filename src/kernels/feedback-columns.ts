/**
 * The inner loop of round-weights.ts, as WebAssembly with its 128-bit floats: eight columns are rounded row by row, and
 * every row takes up its share of the errors of the rows before. Sums are added in the order of the rows.
 */
import { instantiate, type Kernel, reserve } from './instantiate.ts';
import { constant, f64x2, get, repeat, set, step, v128 } from './wasm.ts';

/** Columns that are rounded side by side. */
export const columnsAtOnce = 8;
const float = 8;
const rowBytes = float * columnsAtOnce;
/** Of one instruction. */
const vectorBytes = 2 * float;
const vectors = rowBytes / vectorBytes;

/** Where columns are rounded; views are valid until the next `openColumns`. */
export interface Columns {
  /** To be filled in: what an integer stands for, [column]; not 0. */
  readonly steps: Float64Array;
  /** To be filled in: the least and the largest integer. */
  readonly limits: Float64Array;
  /**
   * To be filled in: row after row a 0, and what it takes of the error of each row before. They stay as they are when
   * columns are rounded.
   */
  readonly shares: Float64Array;
  /** To be filled in: weights, [row][column]; `round` makes integers of them. */
  readonly weights: Float64Array;
  readonly round: () => void;
}

/** Memory for columns of so many rows. */
export function openColumns(rows: number): Columns {
  kernel ??= assemble();
  const { memory, run } = kernel;
  const errors = rowBytes + vectorBytes;
  const weights = errors + (rows + 1) * rowBytes;
  const shares = weights + rows * rowBytes;
  const count = (rows * (rows + 1)) / 2;
  reserve(kernel, shares + float * count);
  const view = (from: number, length: number) => new Float64Array(memory.buffer, from, length);
  // A row of no errors comes first, so that the first row takes up something too.
  view(errors, columnsAtOnce).fill(0);
  return {
    steps: view(0, columnsAtOnce),
    limits: view(rowBytes, 2),
    shares: view(shares, count),
    weights: view(weights, rows * columnsAtOnce),
    round: () => run(errors, weights, shares, errors + rowBytes),
  };
}

let kernel: Kernel | undefined;

/** A function of (errors, weights, shares, end of the first row of errors); the weights end where the shares begin. */
function assemble(): Kernel {
  const [errors, weights, shares, end, error, share] = [0, 1, 2, 3, 4, 5];
  const lanes = Array.from({ length: vectors }, (_, lane) => lane);
  const [own, least, most, first] = [6, 7, 8, 9];
  const sum = (lane: number) => first + lane;
  const stepOf = (lane: number) => first + vectors + lane;
  const at = (lane: number) => vectorBytes * lane;
  const takeError = [
    [get(share), v128.loadInTwo(), set(own)],
    lanes.map((lane) => [
      [get(sum(lane)), get(own), get(error), v128.load(at(lane)), f64x2.multiply],
      [f64x2.add, set(sum(lane))],
    ]),
    step(share, float),
    step(error, rowBytes),
  ];
  const roundRow = [
    lanes.map((lane) => [get(weights), v128.load(at(lane)), set(sum(lane))]),
    [get(errors), set(error)],
    repeat(takeError, error, end),
    lanes.map((lane) => [
      [get(sum(lane)), get(stepOf(lane)), f64x2.divide, f64x2.round],
      [get(most), f64x2.min, get(least), f64x2.max, set(sum(lane))],
      [get(end), get(weights), v128.load(at(lane))],
      [get(sum(lane)), get(stepOf(lane)), f64x2.multiply, f64x2.subtract],
      v128.store(at(lane)),
      [get(weights), get(sum(lane)), v128.store(at(lane))],
    ]),
    step(weights, rowBytes),
    step(end, rowBytes),
  ];
  const load = lanes.map((lane) => [constant(0), v128.load(at(lane)), set(stepOf(lane))]);
  return instantiate(4, 2, 3 + 2 * vectors, [
    load,
    [constant(0), v128.loadInTwo(rowBytes), set(least)],
    [constant(0), v128.loadInTwo(rowBytes + float), set(most)],
    [get(shares), set(share)],
    repeat(roundRow, weights, shares),
  ]);
}
