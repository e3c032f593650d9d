/**
 * The inner loop of star-mesh.ts, as WebAssembly with its 128-bit floats: it adds what the elimination of four nodes means
 * for the conductances between the nodes after them, two rows and four columns at a time.
 */

/** Nodes that are eliminated in one pass over the rest. */
export const panel = 4;

declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}

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
  kernel ??= instantiate();
  const { memory, add } = kernel;
  const start = panel * size * bytes;
  const end = start + (size * size + overshoot) * bytes;
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  const conductances = new Float64Array(memory.buffer, start, size * size).fill(0);
  const stride = size * bytes;
  const addPanel = (node: number) => {
    const first = node + panel;
    if (first + 1 < size)
      add(start + node * stride, stride, first * bytes, start + first * (stride + bytes), stride - bytes);
  };
  return { size, conductances, ratios: new Float64Array(memory.buffer, 0, panel * size), addPanel };
}

const bytes = 8;
const pageBytes = 1 << 16;
/** Elements that are written behind the end of a row: below the diagonal of the next one, or behind the last. */
const overshoot = panel;

interface Kernel {
  readonly memory: WebAssembly.Memory;
  /**
   * @param from address of the panel's first row
   * @param stride bytes from row to row
   * @param ratio address of the first panel node's ratio to the first node after the panel
   * @param diagonal address of that node's element of the diagonal
   * @param last address of the first panel node's ratio to the last node, which must be a later one
   */
  readonly add: (from: number, stride: number, ratio: number, diagonal: number, last: number) => void;
}

let kernel: Kernel | undefined;

function instantiate(): Kernel {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble()));
  return { memory: exports.memory as WebAssembly.Memory, add: exports.add as Kernel['add'] };
}

/** The module's bytes. As ratios start at address 0, that of a node's ratio is also its offset within a row. */
function assemble(): Uint8Array {
  const [i32, v128, none] = [0x7f, 0x7b, 0x40];
  const [from, stride, ratio, diagonal, last, row, next, stop] = [0, 1, 2, 3, 4, 5, 6, 7];
  const sources = [8, 9, 10, 11];
  const ownRatios = [12, 13, 14, 15];
  const nextRatios = [16, 17, 18, 19];
  const loaded = [20, 21, 22, 23];
  const get = (local: number) => [0x20, local];
  const set = (local: number) => [0x21, local];
  // Signed numbers of 7 bits a byte, low bits first; these are below 64.
  const constant = (value: number) => [0x41, value];
  const [add, less] = [[0x6a], [0x49]];
  // Aligned to 8 bytes.
  const load = (offset: number) => [0xfd, 0, 3, offset];
  const store = (offset: number) => [0xfd, 0x0b, 3, offset];
  const loadTwice = (offset: number) => [0xfd, 0x0a, 3, offset];
  const [times, plus] = [
    [0xfd, 0xf2, 0x01],
    [0xfd, 0xf0, 0x01],
  ];
  const move = (local: number, by: readonly number[]) => [...get(local), ...by, ...add, ...set(local)];
  /** Repeats while `local` is below `limit`. */
  const loop = (body: readonly number[], local: number, limit: number) => [
    ...[0x03, none, ...body, ...get(local), ...get(limit), ...less],
    ...[0x0d, 0, 0x0b],
  ];
  const addRow = (to: number, ratios: readonly number[], offset: number) => [
    ...[...get(to), ...get(to), ...load(offset)],
    ...ratios.flatMap((local, t) => [...get(local), ...get(loaded[t]!), ...times, ...(t > 0 ? plus : [])]),
    ...[...plus, ...store(offset)],
  ];
  const addPair = (offset: number) => [
    ...sources.flatMap((source, t) => [...get(source), ...load(offset), ...set(loaded[t]!)]),
    ...addRow(row, ownRatios, offset),
    ...addRow(next, nextRatios, offset),
  ];
  const addColumns = [
    ...addPair(0),
    ...addPair(16),
    ...[...sources, row, next].flatMap((pointer) => move(pointer, constant(32))),
  ];
  const addRows = [
    // The row's ratio to each panel node; `next` walks through them.
    ...[...get(ratio), ...set(next)],
    ...ownRatios.flatMap((own, t) => [
      ...[...get(next), ...loadTwice(0), ...set(own)],
      ...[...get(next), ...loadTwice(bytes), ...set(nextRatios[t]!)],
      ...move(next, get(stride)),
    ]),
    ...[...get(from), ...get(stride), ...add, ...set(stop)],
    ...sources.flatMap((source, t) => [
      ...(t === 0 ? [...get(from), ...get(ratio)] : [...get(sources[t - 1]!), ...get(stride)]),
      ...[...add, ...set(source)],
    ]),
    ...[...get(diagonal), ...set(row)],
    ...[...get(diagonal), ...get(stride), ...add, ...set(next)],
    ...loop(addColumns, sources[0]!, stop),
    ...move(ratio, constant(2 * bytes)),
    ...[...Array(2)].flatMap(() => move(diagonal, [...get(stride), ...constant(bytes), ...add])),
  ];
  const locals = [2, 7, i32, 12, v128];
  const code = [...locals, ...loop(addRows, ratio, last), 0x0b];
  const sized = (list: readonly number[]) =>
    list.length < 128 ? [list.length, ...list] : [(list.length & 0x7f) | 0x80, list.length >> 7, ...list];
  const section = (id: number, list: readonly number[]) => [id, ...sized([1, ...list])];
  const name = (text: string) => sized([...text].map((letter) => letter.charCodeAt(0)));
  const exported = sized([2, ...name('memory'), 2, 0, ...name('add'), 0, 0]);
  return Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [0x60, 5, i32, i32, i32, i32, i32, 0]),
    ...section(3, [0]),
    ...section(5, [0, 1]),
    ...[7, ...exported],
    ...section(10, sized(code)),
  );
}
