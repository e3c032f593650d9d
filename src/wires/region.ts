/**
 * A rectangle of cells, seen from the nodes on its rim: the conductances between these, everything inside eliminated.
 * Two neighbouring rectangles share nodes; put together and these eliminated, they are a larger rectangle (nested
 * dissection, George 1973, with the Schur complements kept per rectangle).
 *
 * A cell belongs to a region together with the wordline segment to its right and the bitline segment below it. So the
 * nodes on the right and lower rim are those of the next cells, and the drivers and virtual grounds are rim nodes of the
 * outermost regions.
 */

import { meshMemory, type Place } from '../kernels/mesh-join.ts';
import { join, type Nodes, openJoins, strideFor } from './join.ts';

/** Nodes on the rim in this order; none on a side where the wires end open. */
const sides = ['left', 'right', 'top', 'bottom'] as const;
export type Rim = Readonly<Record<(typeof sides)[number], number>>;

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
