/**
 * A rectangle of cells, seen from the nodes on its rim: the conductances between these, everything inside eliminated.
 * Two neighbouring rectangles share nodes; put together and these eliminated, they are a larger rectangle (nested
 * dissection, George 1973, with the Schur complements kept per rectangle).
 *
 * A cell belongs to a region together with the wordline segment to its right and the bitline segment below it. So the
 * nodes on the right and lower rim are those of the next cells, and the drivers and virtual grounds are rim nodes of the
 * outermost regions.
 */

import { meshMemory, type Place, tile } from '../kernels/mesh-join.ts';
import { join, type Nodes, openJoins, strideFor } from './join.ts';
import type { Cells, Wires } from './network.ts';
import { eliminate, type Mesh } from './star-mesh.ts';

/** Nodes on the rim in this order; none on a side where the wires end open. */
const sides = ['left', 'right', 'top', 'bottom'] as const;
type Rim = Readonly<Record<(typeof sides)[number], number>>;

export interface Region {
  /** Nodes per side. */
  readonly rim: Rim;
  /** Conductances between the nodes of the rim, siemens, [node][node]; only those above the diagonal are there. */
  readonly mesh: Place;
  /** Where in the thread's memory nothing of it is any more. */
  readonly end: number;
}

/** Numbers that small regions take more than their share of a stack. */
const slack = 1 << 13;

/**
 * Opens the memory of this thread for a crossbar: regions lie in two stacks. What is put together lies at the end of one, and what
 * comes out of it at the end of the other.
 * @returns where the stacks begin
 */
export function openRegions(rows: number, columns: number): readonly [number, number] {
  const rim = 2 * (rows + columns);
  const start = openJoins(Math.max(rows, columns), rim);
  // A region and its neighbour, and those that they are made of, each a quarter of these: at most what all rims take twice.
  const room = 2 * rim * strideFor(rim) + slack;
  meshMemory(start + 2 * room);
  return [start, start + room];
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

let few = new Float64Array(0);

/** A network without conductances, until the next one. */
function openMesh(size: number): Mesh {
  if (few.length < size * size) few = new Float64Array(size * size);
  return { size, conductances: few.fill(0, 0, size * size) };
}

/** A few cells, wire by wire. @param start in the thread's memory, behind all other regions */
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

/** A region and the one to its right. @param start of the result in the thread's memory, behind all other regions */
export function joinBeside(left: Region, right: Region, start: number): Region {
  const rim: Rim = {
    left: left.rim.left,
    right: right.rim.right,
    top: left.rim.top + right.rim.top,
    bottom: left.rim.bottom + right.rim.bottom,
  };
  const stay = [
    side(left, 'left'),
    side(right, 'right'),
    ...both('top', left, right),
    ...both('bottom', left, right),
  ];
  return { rim, ...join([side(left, 'right'), side(right, 'left')], stay.filter(isThere), start) };
}

/** A region and the one below it. @param start of the result in the thread's memory, behind all other regions */
export function joinBelow(upper: Region, lower: Region, start: number): Region {
  const rim: Rim = {
    left: upper.rim.left + lower.rim.left,
    right: upper.rim.right + lower.rim.right,
    top: upper.rim.top,
    bottom: lower.rim.bottom,
  };
  const stay = [
    ...both('left', upper, lower),
    ...both('right', upper, lower),
    side(upper, 'top'),
    side(lower, 'bottom'),
  ];
  return { rim, ...join([side(upper, 'bottom'), side(lower, 'top')], stay.filter(isThere), start) };
}

type Side = (typeof sides)[number];

const side = ({ rim, mesh }: Region, of: Side): Nodes => ({
  mesh,
  first: startsOf(0, rim)[of],
  count: rim[of],
});
const both = (of: Side, one: Region, other: Region) => [side(one, of), side(other, of)];
const isThere = ({ count }: Nodes) => count > 0;

/** Index of the first node of every side, behind `inner` nodes that are to be eliminated. */
export function startsOf(inner: number, rim: Rim): Rim & { readonly size: number } {
  const right = inner + rim.left;
  const top = right + rim.right;
  const bottom = top + rim.top;
  return { left: inner, right, top, bottom, size: bottom + rim.bottom };
}

/** Eliminates the first `inner` nodes and keeps what is left, from `start` on in the thread's memory. */
function close(mesh: Mesh, inner: number, rim: Rim, start: number): Region {
  eliminate(mesh, inner);
  const { size, conductances } = mesh;
  const left = size - inner;
  const stride = strideFor(left);
  const memory = meshMemory(0);
  for (let i = 0; i < left; i++)
    for (let j = i + 1; j < left; j++)
      memory[start + i * stride + j] = conductances[(inner + i) * size + inner + j]!;
  return { rim, mesh: { start, stride }, end: start + (left + tile) * stride };
}
