/**
 * Divides the layers of a network among passes over a chip that is too small for all of them: neighbouring layers run together, and one
 * run of neighbours may stay on arrays of its own. Of all such divisions the one that
 *
 *   1. writes a cell least often: has the fewest passes, since each writes the arrays that do not stay;
 *   2. writes the fewest cells in all passes together: keeps the run that has most of them;
 *   3. keeps the fewest bytes between passes.
 *
 * Fewest passes by taking as many layers into each as fit, the least bytes by dynamic programming over the ends of passes.
 */
import type { Span } from '../../src/ir/mapping.ts';
import { sumOf } from '../../src/math/sum.ts';

export interface Divisible {
  /** Cells that each layer writes, in the order of the graph. */
  readonly cells: readonly number[];
  /** Arrays that a run of layers takes together; grows with the run, and no faster than its parts. */
  readonly arraysOf: (run: Span) => number;
  /** Bytes that wait where the layers before `end` have run and the others not yet; infinite where there can be no end. */
  readonly bytesAt: (end: number) => number;
}

export interface Partition {
  /** Layers that stay; empty where none do. */
  readonly kept: Span;
  /** What every pass holds. */
  readonly passes: readonly Span[];
  /** Kept between passes, all of them together. */
  readonly bytes: number;
}

/** Some passes over a run of layers. */
interface Division {
  readonly passes: readonly Span[];
  readonly bytes: number;
}

/**
 * @param available arrays of the chip, which are too few for all layers at once
 * @returns undefined where some layers that cannot be apart need more
 */
export function partition(network: Divisible, available: number): Partition | undefined {
  const { cells, arraysOf } = network;
  const all = { start: 0, end: cells.length };
  const most = fewest(network, all, available);
  if (most === undefined) return undefined;
  const runs: { readonly kept: Span; readonly cells: number }[] = [];
  for (let start = 0; start < all.end; start++)
    for (let end = start + 1; end <= all.end; end++)
      runs.push({ kept: { start, end }, cells: sumOf(cells.slice(start, end)) });
  runs.push({ kept: { start: 0, end: 0 }, cells: 0 });
  runs.sort((a, b) => b.cells - a.cells);
  let best: Partition | undefined;
  let bestCells = 0;
  for (const { kept, cells: stay } of runs) {
    if (best && stay < bestCells) break;
    const room = available - (kept.end > kept.start ? arraysOf(kept) : 0);
    const found = room > 0 ? around(network, kept, room, most) : undefined;
    if (!found || (best && found.bytes >= best.bytes)) continue;
    best = { kept, ...found };
    bestCells = stay;
  }
  return best;
}

/** Passes before and behind the layers that stay, `count` together. */
function around(network: Divisible, kept: Span, room: number, count: number): Division | undefined {
  const before = { start: 0, end: kept.start };
  const behind = { start: kept.end, end: network.cells.length };
  const least = (fewest(network, before, room) ?? count + 1) + (fewest(network, behind, room) ?? count + 1);
  if (least > count) return undefined;
  // Layers that stay run in either pass: it may end at any of them.
  const ends = Array.from({ length: kept.end - kept.start + 1 }, (_, i) => kept.start + i);
  const between = ends.reduce(
    (bytes, end) => Math.min(bytes, network.bytesAt(end)),
    Number.POSITIVE_INFINITY,
  );
  let best: Division | undefined;
  for (let first = 0; first <= count; first++) {
    const [left, right] = [
      divide(network, before, room, first),
      divide(network, behind, room, count - first),
    ];
    if (!left || !right) continue;
    const both = left.passes.length > 0 && right.passes.length > 0;
    const bytes = left.bytes + right.bytes + (both ? between : 0);
    if (Number.isFinite(bytes) && (!best || bytes < best.bytes))
      best = { passes: [...left.passes, ...right.passes], bytes };
  }
  return best;
}

/** The fewest passes of `room` arrays that hold a run; undefined where layers that cannot be apart need more. */
function fewest({ arraysOf, bytesAt }: Divisible, { start, end }: Span, room: number): number | undefined {
  let passes = 0;
  for (let from = start; from < end; passes++) {
    let to = from;
    for (let next = from + 1; next <= end && arraysOf({ start: from, end: next }) <= room; next++)
      if (next === end || Number.isFinite(bytesAt(next))) to = next;
    if (to === from) return undefined;
    from = to;
  }
  return passes;
}

/** `count` passes of `room` arrays over a run, with the fewest bytes between them. */
function divide(
  { arraysOf, bytesAt }: Divisible,
  { start, end }: Span,
  room: number,
  count: number,
): Division | undefined {
  // By how far the passes so far have come.
  let sofar = new Map<number, Division>([[start, { passes: [], bytes: 0 }]]);
  for (let pass = 0; pass < count; pass++) {
    const next = new Map<number, Division>();
    for (const [from, { passes, bytes }] of sofar)
      for (let to = from + 1; to <= end && arraysOf({ start: from, end: to }) <= room; to++) {
        const sum = bytes + (to === end ? 0 : bytesAt(to));
        if (sum < (next.get(to)?.bytes ?? Number.POSITIVE_INFINITY))
          next.set(to, { passes: [...passes, { start: from, end: to }], bytes: sum });
      }
    sofar = next;
  }
  return sofar.get(end);
}
