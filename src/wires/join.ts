/**
 * Two resistor networks that have nodes in common -> one network of the nodes that they do not share. The shared nodes are
 * eliminated as star-mesh.ts does, four at a time, each with all that earlier ones added to it; what they add to the conductances
 * between the nodes that stay is then added up in one go, straight to where the new network lies.
 */
import { addProduct, meshMemory, type Place, tile } from '../kernels/mesh-join.ts';

/** Neighbouring nodes of a network, of which only what lies above the diagonal is there. */
export interface Nodes {
  readonly mesh: Place;
  readonly first: number;
  readonly count: number;
}

/** An odd number of cache lines, so that the rows of a matrix do not displace each other, with room for what is written beyond them. */
export function strideFor(length: number): number {
  return 8 * (Math.ceil((length + tile - 1) / 8) | 1);
}

/** Where the thread's memory has what is only there while networks are joined. */
interface Space {
  /** Zeros. */
  readonly nothing: Place;
  readonly ratios: number;
  readonly rows: number;
  readonly end: number;
}

let space: Space = { nothing: { start: 0, stride: 0 }, ratios: 0, rows: 0, end: 0 };

/**
 * Makes room for joins, at the beginning of the thread's memory.
 * @param shared nodes at most @param stay nodes at most
 * @returns where that room ends
 */
export function openJoins(shared: number, stay: number): number {
  const zeros = strideFor(stay);
  const room = shared * strideFor(shared + stay);
  space = { nothing: { start: 0, stride: 0 }, ratios: zeros, rows: zeros + room, end: zeros + 2 * room };
  meshMemory(space.end).fill(0, 0, zeros);
  return space.end;
}

/**
 * @param shared the same nodes in either network
 * @param stay the nodes of the new network in their order; those of one network in the order that they have there
 * @param start of the new network in the thread's memory
 */
export function join(
  shared: readonly [Nodes, Nodes],
  stay: readonly Nodes[],
  start: number,
): { readonly mesh: Place; readonly end: number } {
  const { count } = shared[0];
  const left = stay.reduce((sum, nodes) => sum + nodes.count, 0);
  const size = count + left;
  const rows: Place = { start: space.rows, stride: strideFor(size) };
  gather(rows, shared, stay);
  eliminateRows(rows, count, size);
  const mesh: Place = { start, stride: strideFor(left) };
  for (let a = 0, i = 0; a < stay.length; i += stay[a++]!.count)
    for (let b = a, j = i; b < stay.length; j += stay[b++]!.count) {
      const [above, beside] = [stay[a]!, stay[b]!];
      addProduct({
        ratios: space.ratios + count + i,
        rows: rows.start + count + j,
        stride: rows.stride,
        count,
        base: above.mesh === beside.mesh ? at(above.mesh, above.first, beside.first) : space.nothing,
        out: at(mesh, i, j),
        height: above.count,
        width: beside.count,
        upper: a === b,
      });
    }
  return { mesh, end: start + (left + tile) * mesh.stride };
}

const at = ({ start, stride }: Place, row: number, column: number): Place => ({
  start: start + row * stride + column,
  stride,
});

/** Conductances of every shared node to those after it, and to the nodes that stay. */
function gather(rows: Place, shared: readonly [Nodes, Nodes], stay: readonly Nodes[]): void {
  const memory = meshMemory(0);
  const [one, other] = shared;
  for (let t = 0; t < one.count; t++) {
    const to = rows.start + t * rows.stride;
    const from = one.mesh.start + (one.first + t) * one.mesh.stride + one.first;
    const and = other.mesh.start + (other.first + t) * other.mesh.stride + other.first;
    for (let u = t + 1; u < one.count; u++) memory[to + u] = memory[from + u]! + memory[and + u]!;
  }
  let column = one.count;
  for (const nodes of stay) {
    const own = nodes.mesh === one.mesh ? one : other;
    const to = at(rows, 0, column);
    if (nodes.first > own.first) copyRows(to, at(nodes.mesh, own.first, nodes.first), own.count, nodes.count);
    else copyTurned(to, at(nodes.mesh, nodes.first, own.first), nodes.count, own.count);
    column += nodes.count;
  }
}

/** Rows longer than this are copied faster as memory than number by number. */
const longRow = 64;

function copyRows(to: Place, from: Place, height: number, width: number): void {
  const memory = meshMemory(0);
  for (let i = 0; i < height; i++) {
    const [target, source] = [to.start + i * to.stride, from.start + i * from.stride];
    if (width > longRow) memory.copyWithin(target, source, source + width);
    else for (let j = 0; j < width; j++) memory[target + j] = memory[source + j]!;
  }
}

/** Copies a matrix to the transposed place, a strip as wide as a cache line at a time. */
function copyTurned(to: Place, from: Place, height: number, width: number): void {
  const memory = meshMemory(0);
  for (let strip = 0; strip < height; strip += 8) {
    const end = Math.min(strip + 8, height);
    for (let j = 0; j < width; j++)
      for (let i = strip; i < end; i++)
        memory[to.start + j * to.stride + i] = memory[from.start + i * from.stride + j]!;
  }
}

/** Eliminates the first `count` of `size` nodes as far as their own rows are concerned, and notes what each passes on. */
function eliminateRows(rows: Place, count: number, size: number): void {
  const { start, stride } = rows;
  const memory = meshMemory(0);
  const { ratios } = space;
  for (let first = 0; first < count; first += tile) {
    const end = Math.min(first + tile, count);
    if (first > 0) {
      const out = at(rows, first, first);
      const panel = { height: end - first, width: size - first, upper: false };
      addProduct({
        ratios: ratios + first,
        rows: start + first,
        stride,
        count: first,
        base: out,
        out,
        ...panel,
      });
    }
    for (let node = first; node < end; node++) {
      const [own, ratio] = [start + node * stride, ratios + node * stride];
      let sum = 0;
      for (let j = node + 1; j < size; j++) sum += memory[own + j]!;
      const share = 1 / sum;
      for (let j = node + 1; j < size; j++) memory[ratio + j] = memory[own + j]! * share;
      for (let i = node + 1; i < end; i++) {
        const passed = memory[ratio + i]!;
        const row = start + i * stride;
        for (let j = i + 1; j < size; j++) memory[row + j]! += passed * memory[own + j]!;
      }
    }
  }
}
