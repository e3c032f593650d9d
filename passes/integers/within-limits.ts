/** Integers whose rows and columns may add up to so much at most: steps that do it, and integers that keep to it. */
import type { QuantizedMvmNode, Reals } from '../../src/ir/graph.ts';
import { lengthOf, type Span } from '../../src/ir/mapping.ts';
import {
  type LineLimit,
  type LineLimits,
  meanHeld,
  mostHeld,
  ofOneSign,
  roomOfMeans,
} from '../map/line-limits.ts';

/** A group's matrix, [row][column]. */
interface Matrix<Weights = Reals | Int8Array> {
  readonly weights: Weights;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Steps with which weights, rounded, are about within the limits: larger ones for columns that add up to more, and for all columns
 * of a block that a row loads too much.
 * @param steps by column; the same are returned where they do
 */
export function widened(matrix: Matrix<Reals>, steps: Float64Array, limits: LineLimits): Float64Array {
  const { weights, rows, columns } = matrix;
  const own = steps.slice();
  for (const limit of limits.columns) {
    const { plus, minus } = columnSums(matrix, limit.span);
    const room = roomOfMeans(limit, ofOneSign(limit));
    for (let column = 0; column < columns; column++) {
      const sum = meanHeld(limit, Math.max(plus[column]!, minus[column]!));
      own[column] = Math.max(own[column]!, Math.fround(sum / room));
    }
  }
  for (const limit of limits.rows) {
    const { span } = limit;
    const room = roomOfMeans(limit, lengthOf(span));
    let largest = 0;
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let column = span.start; column < span.end; column++)
        if (own[column]! > 0) sum += Math.abs(weights[row * columns + column]!) / own[column]!;
      largest = Math.max(largest, meanHeld(limit, sum));
    }
    if (largest > room)
      for (let column = span.start; column < span.end; column++)
        own[column] = Math.fround((own[column]! * largest) / room);
  }
  return own;
}

/** Brings the largest integers of lines down until all are within the limits: rounding can have put them beyond. */
export function trim({ weights, rows, columns }: Matrix<Int8Array>, limits: LineLimits): void {
  for (const limit of limits.columns) {
    const { start, end } = limit.span;
    for (let column = 0; column < columns; column++) {
      const line = { from: start * columns + column, to: end * columns, apart: columns };
      lower(weights, line, limit, (integer) => Math.max(0, integer));
      lower(weights, line, limit, (integer) => Math.max(0, -integer));
    }
  }
  for (const limit of limits.rows)
    for (let first = 0; first < rows * columns; first += columns)
      lower(
        weights,
        { from: first + limit.span.start, to: first + limit.span.end, apart: 1 },
        limit,
        Math.abs,
      );
}

/** Integers of a layer in larger steps where its lines ask for it, each rounded by itself; the same layer where none does. */
export function squeeze(node: QuantizedMvmNode, limits: LineLimits): QuantizedMvmNode {
  const { groups, rows, columns } = node;
  const integers = Int8Array.from(node.integers);
  const scales = Float64Array.from(node.scales);
  const ones = new Float64Array(columns).fill(1);
  let changed = false;
  for (let group = 0; group < groups; group++) {
    const own = integers.subarray(group * rows * columns, (group + 1) * rows * columns);
    const steps = widened({ weights: Float32Array.from(own), rows, columns }, ones, limits);
    for (const [column, step] of steps.entries()) {
      if (step === 1) continue;
      changed = true;
      scales[group * columns + column] = Math.fround(scales[group * columns + column]! * step);
      for (let at = column; at < own.length; at += columns) own[at] = Math.round(own[at]! / step);
    }
    trim({ weights: own, rows, columns }, limits);
  }
  changed ||= integers.some((integer, at) => integer !== node.integers[at]);
  return changed ? { ...node, integers, scales } : node;
}

/** Of the positive and the negative weights of every column, over some rows. */
function columnSums({ weights, columns }: Pick<Matrix, 'weights' | 'columns'>, { start, end }: Span) {
  const [plus, minus] = [new Float64Array(columns), new Float64Array(columns)];
  for (let row = start, at = start * columns; row < end; row++)
    for (let column = 0; column < columns; column++, at++) {
      const weight = weights[at]!;
      if (weight > 0) plus[column]! += weight;
      else minus[column]! -= weight;
    }
  return { plus, minus };
}

/**
 * Takes single steps off the largest integers of a line until its cells hold no more than they may; first off those of which copies hold
 * less then. @param sizeOf what counts
 */
function lower(
  integers: Int8Array,
  { from, to, apart }: { readonly from: number; readonly to: number; readonly apart: number },
  limit: LineLimit,
  sizeOf: (integer: number) => number,
): void {
  let held = 0;
  for (let at = from; at < to; at += apart) held += mostHeld(limit, sizeOf(integers[at]!));
  while (held > limit.most) {
    let best = { at: from, size: 0, less: 0 };
    for (let at = from; at < to; at += apart) {
      const size = sizeOf(integers[at]!);
      const less = size > 0 ? mostHeld(limit, size) - mostHeld(limit, size - 1) : 0;
      if (less > best.less || (less === best.less && size > best.size)) best = { at, size, less };
    }
    if (best.size === 0) break;
    integers[best.at]! -= Math.sign(integers[best.at]!);
    held -= best.less;
  }
}
