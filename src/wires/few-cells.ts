/** A few cells of a crossbar, wire by wire -> a region. Those of one shape at one kind of place differ in conductances alone. */
import { meshMemory, tile } from '../kernels/mesh-join.ts';
import { strideFor } from './join.ts';
import type { Cells, Wires } from './network.ts';
import { type Rectangle, type Region, type Rim, startsOf } from './region.ts';
import { type Elimination, eliminate, openMesh, planElimination } from './star-mesh.ts';

/** What a few cells have in common with others of their shape that lie at the same ends of wires. */
interface Shape {
  readonly rim: Rim;
  readonly inner: number;
  /** Nodes, those inside first. */
  readonly size: number;
  /** Where the conductances of a network have that of every cell, [row][column], and those of all wires of a kind. */
  readonly cells: Int32Array;
  readonly wires: Readonly<Record<WireKind, Int32Array>>;
  readonly elimination: Elimination;
}

const wireKinds = ['rowSegment', 'columnSegment', 'driver', 'sense'] as const;
type WireKind = (typeof wireKinds)[number];

/**
 * Siemens of a wire without resistance. Sums of conductances do not notice what else is added to it, so that a node
 * behind such a wire passes all its other conductances on unchanged: to the last bit, both ends become one node.
 */
const joined = 1e40;
const conductanceOf = (resistance: number) => (resistance === 0 ? joined : 1 / resistance);

/** @param start in the thread's memory, behind all other regions */
export function wireUp(cells: Cells, wires: Wires, at: Rectangle, start: number): Region {
  const { rim, inner, size, elimination, ...places } = shapeOf(cells, wires.sides, at);
  const mesh = openMesh(size);
  const { conductances } = mesh;
  for (const kind of wireKinds) {
    const conductance = conductanceOf(wires[kind]);
    const own = places.wires[kind];
    for (let i = 0; i < own.length; i++) conductances[own[i]!] = conductance;
  }
  for (let row = at.top, cell = 0; row < at.bottom; row++)
    for (let column = at.left; column < at.right; column++, cell++)
      conductances[places.cells[cell]!] = cells.conductances[row * cells.columns + column]!;
  eliminate(mesh, elimination);
  return { rim, ...keep(conductances, inner, size, start) };
}

/** What is left once the first `inner` of `size` nodes are gone, from `start` on in the thread's memory. */
function keep(conductances: Float64Array, inner: number, size: number, start: number) {
  const left = size - inner;
  const stride = strideFor(left);
  const memory = meshMemory(0);
  for (let i = 0; i < left; i++)
    for (let j = i + 1; j < left; j++)
      memory[start + i * stride + j] = conductances[(inner + i) * size + inner + j]!;
  return { mesh: { start, stride }, end: start + (left + tile) * stride };
}

/** More than there are in a row or column of few cells. */
const mostCells = 64;
const shapes = new Map<number, Shape>();

function shapeOf({ rows, columns }: Cells, sides: Wires['sides'], at: Rectangle): Shape {
  const [height, width] = [at.bottom - at.top, at.right - at.left];
  const ends: Ends = {
    left: at.left === 0,
    right: at.right === columns,
    top: at.top === 0,
    bottom: at.bottom === rows,
  };
  const flags = [ends.left, ends.right, ends.top, ends.bottom, sides === 'one'];
  const key = flags.reduce((sum, flag) => 2 * sum + (flag ? 1 : 0), mostCells * height + width);
  const known = shapes.get(key);
  if (known) return known;
  const shape = layOut(height, width, ends, sides);
  shapes.set(key, shape);
  return shape;
}

/** Whether wires end there. */
type Ends = Readonly<Record<keyof Rectangle, boolean>>;

function layOut(height: number, width: number, ends: Ends, sides: Wires['sides']): Shape {
  const rim: Rim = {
    left: height,
    right: ends.right && sides === 'one' ? 0 : height,
    top: ends.top ? 0 : width,
    bottom: width,
  };
  let inner = 0;
  const wordlines = new Int32Array(height * width);
  const bitlines = new Int32Array(height * width);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      wordlines[i * width + j] = j === 0 && !ends.left ? -1 : inner++;
      bitlines[i * width + j] = i === 0 && !ends.top ? -1 : inner++;
    }
  const { right, top, bottom, size } = startsOf(inner, rim);
  if (!ends.left) for (let i = 0; i < height; i++) wordlines[i * width] = inner + i;
  if (!ends.top) for (let j = 0; j < width; j++) bitlines[j] = top + j;

  const between: (readonly [number, number])[] = [];
  const connect = (a: number, b: number) => {
    between.push([Math.min(a, b), Math.max(a, b)]);
    return Math.min(a, b) * size + Math.max(a, b);
  };
  const cells: number[] = [];
  const wires: Record<WireKind, number[]> = { rowSegment: [], columnSegment: [], driver: [], sense: [] };
  for (let i = 0; i < height; i++) {
    if (ends.left) wires.driver.push(connect(inner + i, wordlines[i * width]!));
    for (let j = 0; j < width; j++) {
      const here = i * width + j;
      const [wordline, bitline] = [wordlines[here]!, bitlines[here]!];
      cells.push(connect(wordline, bitline));
      if (j + 1 < width) wires.rowSegment.push(connect(wordline, wordlines[here + 1]!));
      else if (rim.right > 0) wires[ends.right ? 'driver' : 'rowSegment'].push(connect(wordline, right + i));
      if (i + 1 < height) wires.columnSegment.push(connect(bitline, bitlines[here + width]!));
      else wires[ends.bottom ? 'sense' : 'columnSegment'].push(connect(bitline, bottom + j));
    }
  }
  return {
    rim,
    inner,
    size,
    cells: Int32Array.from(cells),
    wires: {
      rowSegment: Int32Array.from(wires.rowSegment),
      columnSegment: Int32Array.from(wires.columnSegment),
      driver: Int32Array.from(wires.driver),
      sense: Int32Array.from(wires.sense),
    },
    elimination: planElimination(size, between, inner),
  };
}
