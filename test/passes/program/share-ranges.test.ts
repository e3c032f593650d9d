/** Sums of neighbouring columns, pooled. */
import { expect, it } from 'vitest';
import { rangeOf } from '../../../passes/program/converter-range.ts';
import { shareRanges } from '../../../passes/program/share-ranges.ts';

const columns = [1, 2, 3, 4, 5].map((size) => ({
  values: Float64Array.of(-size, 0, 2 * size),
  counts: Uint32Array.of(1, 5, 2),
  least: -3 * size,
  most: 4 * size,
}));

it('of one column each are as they were', () => {
  const shared = [...shareRanges(columns, 1)];
  expect(shared).toEqual(columns.map((seen) => ({ seen, columns: 1 })));
});

it('have the range of their union, whatever the policy', () => {
  const shared = [...shareRanges(columns, 2)];
  expect(shared.map((group) => group.columns)).toEqual([2, 2, 1]);
  expect(shared.map(({ seen }) => rangeOf(seen, 'max', 255))).toEqual([
    { low: -2, high: 4 },
    { low: -4, high: 8 },
    { low: -5, high: 10 },
  ]);
  expect(shared.map(({ seen }) => [seen.least, seen.most])).toEqual([
    [-6, 8],
    [-12, 16],
    [-15, 20],
  ]);
  const [all] = [...shareRanges(columns, 1000)];
  expect(all!.columns).toBe(5);
  expect([...all!.seen.values].sort((a, b) => a - b)).toEqual(
    columns.flatMap(({ values }) => [...values]).sort((a, b) => a - b),
  );
});

it('are copied: a generator may use its arrays again', () => {
  function* reusing() {
    const values = new Float64Array(1);
    for (const size of [1, 2]) {
      values[0] = size;
      yield { values, counts: Uint32Array.of(1), least: 0, most: size };
    }
  }
  expect([...[...shareRanges(reusing(), 2)][0]!.seen.values]).toEqual([1, 2]);
});
