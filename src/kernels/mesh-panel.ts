/**
 * The inner loop of star-mesh.ts, as WebAssembly with its 128-bit floats: it adds what the elimination of four nodes means
 * for the conductances between the nodes after them, two rows and four columns at a time.
 */

import { instantiate, type Kernel, reserve } from './instantiate.ts';
import { constant, f64x2, get, i32, repeat, set, step, v128 } from './wasm.ts';

/** Nodes that are eliminated in one pass over the rest. */
export const panel = 4;

/** Where a network is, until the next `openMesh`. */
export interface Mesh {
  /** Nodes. */
  readonly size: number;
  /** Conductances, [node][node]; all zero at first. */
  readonly conductances: Float64Array;
  /** What the nodes of a panel pass on to every node, relative to their sums: [panel node][node]. */
  readonly ratios: Float64Array;
  /**
   * Adds to every conductance above the diagonal between nodes from `node` + `panel` on: the ratios of the first by the
   * panel's conductances to the second. What is below the diagonal is spoilt.
   */
  readonly addPanel: (node: number) => void;
}

/** Space for a network. There is one per thread: opening it ends the use of the last one. */
export function openMesh(size: number): Mesh {
  kernel ??= assemble();
  const { memory, run } = kernel;
  const start = panel * size * bytes;
  reserve(kernel, start + (size * size + overshoot) * bytes);
  const conductances = new Float64Array(memory.buffer, start, size * size).fill(0);
  const stride = size * bytes;
  const addPanel = (node: number) => {
    const first = node + panel;
    if (first + 1 < size)
      run(start + node * stride, stride, first * bytes, start + first * (stride + bytes), stride - bytes);
  };
  return { size, conductances, ratios: new Float64Array(memory.buffer, 0, panel * size), addPanel };
}

const bytes = 8;
/** Elements that are written behind the end of a row: below the diagonal of the next one, or behind the last. */
const overshoot = panel;

let kernel: Kernel | undefined;

/**
 * A function of
 *   from      address of the panel's first row
 *   stride    bytes from row to row
 *   ratio     address of the first panel node's ratio to the first node after the panel: as ratios start at address 0, it
 *             is also that node's offset within a row
 *   diagonal  address of that node's element of the diagonal
 *   last      address of the first panel node's ratio to the last node, which must be a later one
 */
function assemble(): Kernel {
  const [from, stride, ratio, diagonal, last, row, next, stop] = [0, 1, 2, 3, 4, 5, 6, 7];
  const sources = [8, 9, 10, 11];
  const ownRatios = [12, 13, 14, 15];
  const nextRatios = [16, 17, 18, 19];
  const loaded = [20, 21, 22, 23];
  const addRow = (to: number, ratios: readonly number[], offset: number) => [
    [get(to), get(to), v128.load(offset)],
    ratios.map((local, t) => [[get(local), get(loaded[t]!), f64x2.multiply], t > 0 ? f64x2.add : []]),
    [f64x2.add, v128.store(offset)],
  ];
  const addPair = (offset: number) => [
    sources.map((source, t) => [get(source), v128.load(offset), set(loaded[t]!)]),
    addRow(row, ownRatios, offset),
    addRow(next, nextRatios, offset),
  ];
  const addColumns = [addPair(0), addPair(16), [...sources, row, next].map((pointer) => step(pointer, 32))];
  const addRows = [
    // The row's ratio to each panel node; `next` walks through them.
    [get(ratio), set(next)],
    ownRatios.map((own, t) => [
      [get(next), v128.loadInTwo(0), set(own)],
      [get(next), v128.loadInTwo(bytes), set(nextRatios[t]!)],
      step(next, get(stride)),
    ]),
    [get(from), get(stride), i32.add, set(stop)],
    sources.map((source, t) => [
      t === 0 ? [get(from), get(ratio)] : [get(sources[t - 1]!), get(stride)],
      [i32.add, set(source)],
    ]),
    [get(diagonal), set(row)],
    [get(diagonal), get(stride), i32.add, set(next)],
    repeat(addColumns, sources[0]!, stop),
    step(ratio, 2 * bytes),
    [1, 2].map(() => step(diagonal, [get(stride), constant(bytes), i32.add])),
  ];
  return instantiate(5, 7, 12, repeat(addRows, ratio, last));
}
