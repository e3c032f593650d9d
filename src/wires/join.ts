/**
 * Two resistor networks that have nodes in common -> one network of the nodes that they do not share. The shared nodes are
 * eliminated as star-mesh.ts does, four at a time, each with all that earlier ones added to it; what they add to the conductances
 * between the nodes that stay is then added up in one go, straight to where the new network lies.
 */
import {
  addProduct,
  eliminateStrips,
  meshMemory,
  type Place,
  type Strips,
  tile,
} from '../kernels/mesh-join.ts';

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

const wholeTiles = (count: number) => tile * Math.ceil(count / tile);
/** Groups of neighbouring nodes that stay: at most two on each side, but where two networks meet. */
const mostGroups = 6;

/**
 * Makes room for joins, at the beginning of the thread's memory.
 * @param shared nodes at most @param stay nodes at most
 * @returns where that room ends
 */
export function openJoins(shared: number, stay: number): number {
  const depth = wholeTiles(shared);
  const zeros = strideFor(stay);
  const room = depth * (depth + stay + mostGroups * (tile - 1));
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
  const rows: Strips = { start: space.rows, depth: wholeTiles(count) };
  const columns = gather(rows, shared, stay);
  eliminateStrips(rows, space.ratios, count, columns);
  const left = stay.reduce((sum, nodes) => sum + nodes.count, 0);
  const mesh: Place = { start, stride: strideFor(left) };
  for (let a = 0, i = 0, firstRow = rows.depth; a < stay.length; a++) {
    const above = stay[a]!;
    for (let b = a, j = i, firstColumn = firstRow; b < stay.length; b++) {
      const beside = stay[b]!;
      addProduct({
        rows,
        ratios: space.ratios,
        firstRow,
        firstColumn,
        base: above.mesh === beside.mesh ? at(above.mesh, above.first, beside.first) : space.nothing,
        out: at(mesh, i, j),
        height: above.count,
        width: beside.count,
        upper: a === b,
      });
      j += beside.count;
      firstColumn += wholeTiles(beside.count);
    }
    i += above.count;
    firstRow += wholeTiles(above.count);
  }
  return { mesh, end: start + (left + tile) * mesh.stride };
}

const at = ({ start, stride }: Place, row: number, column: number): Place => ({
  start: start + row * stride + column,
  stride,
});

/**
 * Conductances of every shared node to those after it, and to the nodes that stay, each group of which begins a strip; zeros
 * elsewhere.
 * @returns the number of columns
 */
function gather(rows: Strips, shared: readonly [Nodes, Nodes], stay: readonly Nodes[]): number {
  const [one, other] = shared;
  const { start, depth } = rows;
  let [columns, whole] = [depth, one.count === depth];
  for (const { count } of stay) {
    columns += wholeTiles(count);
    whole &&= count % tile === 0;
  }
  if (!whole) {
    const memory = meshMemory(0);
    memory.fill(0, start, start + columns * depth);
    memory.fill(0, space.ratios, space.ratios + columns * depth);
  }
  addShared(rows, one, other);
  let column = depth;
  for (const nodes of stay) {
    const own = nodes.mesh === one.mesh ? one : other;
    if (nodes.first > own.first) copyRows(rows, column, nodes, own);
    else copyTurned(rows, column, nodes, own);
    column += wholeTiles(nodes.count);
  }
  return columns;
}

/** Between shared nodes, what both networks have. */
function addShared({ start, depth }: Strips, one: Nodes, other: Nodes): void {
  const memory = meshMemory(0);
  const strip = depth * tile;
  for (let t = 0; t < one.count; t++) {
    const from = one.mesh.start + (one.first + t) * one.mesh.stride + one.first;
    const and = other.mesh.start + (other.first + t) * other.mesh.stride + other.first;
    const to = start + t * tile;
    for (let u = t - (t % tile); u < one.count; u++)
      memory[to + (u >> 2) * strip + (u & 3)] = u > t ? memory[from + u]! + memory[and + u]! : 0;
  }
}

/** To nodes that come after the shared ones in their network. */
function copyRows({ start, depth }: Strips, column: number, nodes: Nodes, own: Nodes): void {
  const memory = meshMemory(0);
  const strip = depth * tile;
  const whole = nodes.count - (nodes.count % tile);
  for (let t = 0; t < own.count; t++) {
    const from = nodes.mesh.start + (own.first + t) * nodes.mesh.stride + nodes.first;
    let to = start + column * depth + t * tile;
    for (let i = 0; i < whole; i += tile, to += strip) {
      memory[to] = memory[from + i]!;
      memory[to + 1] = memory[from + i + 1]!;
      memory[to + 2] = memory[from + i + 2]!;
      memory[to + 3] = memory[from + i + 3]!;
    }
    for (let i = whole; i < nodes.count; i++, to++) memory[to] = memory[from + i]!;
  }
}

/** To nodes that come before the shared ones in their network. */
function copyTurned({ start, depth }: Strips, column: number, nodes: Nodes, own: Nodes): void {
  const memory = meshMemory(0);
  const { stride } = nodes.mesh;
  const whole = nodes.count - (nodes.count % tile);
  const first = nodes.mesh.start + nodes.first * stride + own.first;
  for (let i = 0; i < whole; i += tile) {
    const from = first + i * stride;
    const end = from + own.count;
    let to = start + (column + i) * depth;
    for (let t = from; t < end; t++, to += tile) {
      memory[to] = memory[t]!;
      memory[to + 1] = memory[t + stride]!;
      memory[to + 2] = memory[t + 2 * stride]!;
      memory[to + 3] = memory[t + 3 * stride]!;
    }
  }
  for (let i = whole; i < nodes.count; i++) {
    const from = first + i * stride;
    const to = start + (column + whole) * depth + i - whole;
    for (let t = 0; t < own.count; t++) memory[to + t * tile] = memory[from + t]!;
  }
}
