/**
 * A rectangle of cells, seen from the nodes on its rim: the conductances between these, everything inside eliminated.
 * Two neighbouring rectangles share nodes; put together and these eliminated, they are a larger rectangle (nested
 * dissection, George 1973, with the Schur complements kept per rectangle).
 *
 * A cell belongs to a region together with the wordline segment to its right and the bitline segment below it. So the
 * nodes on the right and lower rim are those of the next cells, and the drivers and virtual grounds are rim nodes of the
 * outermost regions.
 */

import { type Mesh, openMesh } from '../kernels/mesh-panel.ts';
import type { Cells, Wires } from './network.ts';
import { eliminate } from './star-mesh.ts';

/** Nodes on the rim in this order; none on a side where the wires end open. */
const sides = ['left', 'right', 'top', 'bottom'] as const;
type Rim = Readonly<Record<(typeof sides)[number], number>>;

export interface Region {
  /** Nodes per side. */
  readonly rim: Rim;
  /** Conductances between the nodes of the rim, siemens, [node][node]; only those above the diagonal are there. */
  readonly mesh: Float64Array;
  /** Where in the thread's scratch memory its conductances begin, and end. */
  readonly start: number;
  readonly end: number;
}

/**
 * Conductances of regions, one behind the other: what is put together lies at the end, and makes room for what comes out of it.
 * A chip's wires are solved in gigabytes of these, so that new memory for each would take longer than the arithmetic.
 */
let scratch = new Float64Array(0);

/** Place for values in scratch memory. Regions that lie before it stay where they are. */
function placeFor(length: number, start: number): Float64Array {
  if (scratch.length < start + length) scratch = new Float64Array(2 * (start + length));
  return scratch.subarray(start, start + length);
}

export interface Rectangle {
  readonly top: number;
  /** Exclusive. */
  readonly bottom: number;
  readonly left: number;
  /** Exclusive. */
  readonly right: number;
}

/**
 * Siemens of a wire without resistance. Sums of conductances do not notice what else is added to it, so that a node
 * behind such a wire passes all its other conductances on unchanged: to the last bit, both ends become one node.
 */
const joined = 1e40;
const conductanceOf = (resistance: number) => (resistance === 0 ? joined : 1 / resistance);

/** A few cells, wire by wire. @param start in scratch memory, behind all regions that are still needed */
export function wireUp(cells: Cells, wires: Wires, at: Rectangle, start: number): Region {
  const [height, width] = [at.bottom - at.top, at.right - at.left];
  const [atLeft, atRight] = [at.left === 0, at.right === cells.columns];
  const [atTop, atBottom] = [at.top === 0, at.bottom === cells.rows];
  const rim: Rim = {
    left: height,
    right: atRight && wires.sides === 'one' ? 0 : height,
    top: atTop ? 0 : width,
    bottom: width,
  };
  let inner = 0;
  const wordlines = new Int32Array(height * width);
  const bitlines = new Int32Array(height * width);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      wordlines[i * width + j] = j === 0 && !atLeft ? -1 : inner++;
      bitlines[i * width + j] = i === 0 && !atTop ? -1 : inner++;
    }
  const [right, top] = [inner + rim.left, inner + rim.left + rim.right];
  const bottom = top + rim.top;
  if (!atLeft) for (let i = 0; i < height; i++) wordlines[i * width] = inner + i;
  if (!atTop) for (let j = 0; j < width; j++) bitlines[j] = top + j;

  const size = bottom + rim.bottom;
  const mesh = openMesh(size);
  const connect = (a: number, b: number, conductance: number) => {
    mesh.conductances[Math.min(a, b) * size + Math.max(a, b)]! += conductance;
  };
  const [row, column] = [conductanceOf(wires.rowSegment), conductanceOf(wires.columnSegment)];
  const [driver, sense] = [conductanceOf(wires.driver), conductanceOf(wires.sense)];
  for (let i = 0; i < height; i++) {
    if (atLeft) connect(inner + i, wordlines[i * width]!, driver);
    for (let j = 0; j < width; j++) {
      const here = i * width + j;
      const [wordline, bitline] = [wordlines[here]!, bitlines[here]!];
      connect(wordline, bitline, cells.conductances[(at.top + i) * cells.columns + at.left + j]!);
      if (j + 1 < width) connect(wordline, wordlines[here + 1]!, row);
      else if (rim.right > 0) connect(wordline, right + i, atRight ? driver : row);
      if (i + 1 < height) connect(bitline, bitlines[here + width]!, column);
      else connect(bitline, bottom + j, atBottom ? sense : column);
    }
  }
  return close(mesh, inner, rim, start);
}

/** A region and the one to its right, which are not needed any more then. */
export function joinBeside(left: Region, right: Region): Region {
  const shared = left.rim.right;
  const rim: Rim = {
    left: left.rim.left,
    right: right.rim.right,
    top: left.rim.top + right.rim.top,
    bottom: left.rim.bottom + right.rim.bottom,
  };
  const place = startsOf(shared, rim);
  const mesh = openMesh(place.size);
  add(mesh, left, { ...place, right: 0 });
  add(mesh, right, {
    left: 0,
    right: place.right,
    top: place.top + left.rim.top,
    bottom: place.bottom + left.rim.bottom,
  });
  return close(mesh, shared, rim, Math.min(left.start, right.start));
}

/** A region and the one below it, which are not needed any more then. */
export function joinBelow(upper: Region, lower: Region): Region {
  const shared = upper.rim.bottom;
  const rim: Rim = {
    left: upper.rim.left + lower.rim.left,
    right: upper.rim.right + lower.rim.right,
    top: upper.rim.top,
    bottom: lower.rim.bottom,
  };
  const place = startsOf(shared, rim);
  const mesh = openMesh(place.size);
  add(mesh, upper, { ...place, bottom: 0 });
  add(mesh, lower, {
    left: place.left + upper.rim.left,
    right: place.right + upper.rim.right,
    top: 0,
    bottom: place.bottom,
  });
  return close(mesh, shared, rim, Math.min(upper.start, lower.start));
}

/** Index of the first node of every side, behind `inner` nodes that are to be eliminated. */
export function startsOf(inner: number, rim: Rim): Rim & { readonly size: number } {
  const right = inner + rim.left;
  const top = right + rim.right;
  const bottom = top + rim.top;
  return { left: inner, right, top, bottom, size: bottom + rim.bottom };
}

/**
 * Puts a region's conductances into `mesh`, above the diagonal; `to` says where each side starts there. Regions that are put
 * together have the nodes from 0 on in common and no others, so that only what lies between these is a sum.
 */
function add({ size, conductances: sums }: Mesh, { rim, mesh: own }: Region, to: Rim): void {
  const start = startsOf(0, rim);
  for (const [k, a] of sides.entries())
    for (const b of sides.slice(k)) {
      const source = start[a] * start.size + start[b];
      if (to[a] <= to[b]) {
        const target = to[a] * size + to[b];
        const shared = a === b && to[a] === 0;
        for (let i = 0; i < rim[a]; i++) {
          const [row, sum, first] = [source + i * start.size, target + i * size, a === b ? i + 1 : 0];
          if (!shared) copyRow(own, row + first, sums, sum + first, rim[b] - first);
          else for (let j = first; j < rim[b]; j++) sums[sum + j]! += own[row + j]!;
        }
      } else {
        const turned = { values: sums, start: to[b] * size + to[a], stride: size };
        copyTurned(turned, { values: own, start: source, stride: start.size }, rim[a], rim[b]);
      }
    }
}

/** Rows longer than this are copied faster as memory than element by element. */
const longRow = 32;

function copyRow(from: Float64Array, at: number, to: Float64Array, place: number, length: number): void {
  if (length > longRow) to.set(from.subarray(at, at + length), place);
  else for (let j = 0; j < length; j++) to[place + j] = from[at + j]!;
}

/** A matrix within a larger one: where it starts, and how far its rows lie apart. */
interface Part {
  readonly values: Float64Array;
  readonly start: number;
  readonly stride: number;
}

/** Copies a matrix to the transposed place, a strip as wide as a cache line at a time. */
function copyTurned(to: Part, from: Part, height: number, width: number): void {
  const [sums, own] = [to.values, from.values];
  for (let strip = 0; strip < height; strip += 8) {
    const end = Math.min(strip + 8, height);
    for (let j = 0; j < width; j++)
      for (let i = strip; i < end; i++)
        sums[to.start + j * to.stride + i] = own[from.start + i * from.stride + j]!;
  }
}

/** Eliminates the first `inner` nodes and keeps what is left, from `start` on in scratch memory. */
function close(mesh: Mesh, inner: number, rim: Rim, start: number): Region {
  eliminate(mesh, inner);
  const { size, conductances } = mesh;
  const left = size - inner;
  const own = placeFor(left * left, start);
  for (let i = 0; i < left; i++) {
    const first = i + 1;
    copyRow(conductances, (inner + i) * size + inner + first, own, i * left + first, left - first);
  }
  return { rim, mesh: own, start, end: start + own.length };
}
