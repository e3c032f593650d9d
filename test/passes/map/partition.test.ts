import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Divisible, type Partition, partition } from '../../../passes/map/partition.ts';
import type { Span } from '../../../src/ir/mapping.ts';

/** A network by the sizes of its layers, in `share`-ths of an array each, which layers of a run fill together. */
function networkOf(sizes: readonly number[], bytes: readonly number[], share = 1): Divisible {
  return {
    cells: sizes,
    arraysOf: ({ start, end }) => Math.ceil(sizes.slice(start, end).reduce((a, b) => a + b, 0) / share),
    bytesAt: (end) => bytes[end - 1]!,
  };
}

/** All divisions of layers `from` to the end into runs, one of which may stay. */
function* divisions(layers: number, from = 0): Generator<readonly Span[]> {
  if (from === layers) yield [];
  for (let end = from + 1; end <= layers; end++)
    for (const rest of divisions(layers, end)) yield [{ start: from, end }, ...rest];
}

type Score = readonly [passes: number, cells: number, bytes: number];

/** Every division, with every one of its runs as the one that stays, or none: the least in the order of the objective. */
function bruteForce({ cells, arraysOf, bytesAt }: Divisible, available: number): Score | undefined {
  const scores: Score[] = [];
  for (const runs of divisions(cells.length))
    for (let stays = -1; stays < runs.length; stays++) {
      const kept = runs[stays];
      const passes = runs.filter((_, index) => index !== stays);
      if (passes.length === 0) continue;
      const most = Math.max(...passes.map(arraysOf));
      if ((kept ? arraysOf(kept) : 0) + most > available) continue;
      const written = passes.flatMap(({ start, end }) => cells.slice(start, end)).reduce((a, b) => a + b, 0);
      const bytes = passes.slice(1).map(({ start }, i) => {
        const end = passes[i]!.end;
        return Math.min(...Array.from({ length: start - end + 1 }, (_, at) => bytesAt(end + at)));
      });
      const sum = bytes.reduce((a, b) => a + b, 0);
      if (Number.isFinite(sum)) scores.push([passes.length, written, sum]);
    }
  return scores.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])[0];
}

function scoreOf({ cells }: Divisible, found: Partition | undefined): Score | undefined {
  if (!found) return undefined;
  const written = found.passes.flatMap(({ start, end }) => cells.slice(start, end));
  return [found.passes.length, written.reduce((a, b) => a + b, 0), found.bytes];
}

describe('partition', () => {
  it('keeps what it can, and writes the rest in as few passes as there can be', () => {
    // 12 arrays on 10: two passes write 2 each, on the same arrays, and 8 stay. The fewest bytes wait behind the second layer.
    const network = networkOf([2, 2, 2, 2, 2, 2], [9, 1, 9, 9, 9]);
    const found = partition(network, 10)!;
    expect(found.passes).toEqual([
      { start: 0, end: 1 },
      { start: 5, end: 6 },
    ]);
    expect(found.kept).toEqual({ start: 1, end: 5 });
    expect(found.bytes).toBe(1);
  });

  it('finds what trying every division finds', () => {
    const size = fc.integer({ min: 1, max: 6 });
    const bytes = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Number.POSITIVE_INFINITY));
    const given = fc
      .array(fc.tuple(size, bytes), { minLength: 2, maxLength: 7 })
      .chain((layers) =>
        fc.tuple(fc.constant(layers), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3 })),
      );
    fc.assert(
      fc.property(given, ([layers, available, share]) => {
        const network = networkOf(
          layers.map(([own]) => own),
          layers.map(([, own]) => own),
          share,
        );
        fc.pre(network.arraysOf({ start: 0, end: layers.length }) > available);
        expect(scoreOf(network, partition(network, available))).toEqual(bruteForce(network, available));
      }),
      { numRuns: 300 },
    );
  });

  it('gives up where a layer alone is too large, and where layers that belong together are', () => {
    expect(partition(networkOf([3, 1], [0]), 2)).toBeUndefined();
    expect(partition(networkOf([2, 1], [Number.POSITIVE_INFINITY]), 2)).toBeUndefined();
  });
});
