/** Picked draws against a loop over the generator's words, one by one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openRowDraws } from '../../src/kernels/row-draws.ts';
import { openStream, threefry } from '../../src/math/random.ts';

const stream = openStream(6, 'rows', 2);

/** Words of a row by the number of their draw: the first words of all events, and then the second ones. */
function wordsOf(block: number, first: number, events: number): number[] {
  const out = new Int32Array(4);
  const words = Array.from({ length: events }, (_, k) => {
    threefry(stream.key0, stream.key1, first + k, block, out);
    return [out[0]!, out[1]!];
  });
  return [...words.map(([word]) => word!), ...words.map(([, word]) => word!)];
}

/** Places draws as the kernel does, with the sizes given, and returns the numbers and words of those that it picks. */
function pick(sizes: readonly number[], block: number, first: number, perSize: number, most: number) {
  const events = sizes.length / 2;
  const draws = openRowDraws(events);
  draws.sizes.fill(0);
  const place = (n: number) => (n < events ? n : draws.room + n - events);
  sizes.forEach((size, n) => {
    draws.sizes[place(n)] = size;
    draws.targets[place(n)] = n;
  });
  const count = draws.pick(stream, block, first, events, perSize, most);
  const places = [...draws.picked.subarray(0, count)];
  const found = places.map((p) => [draws.targets[p]!, draws.words[p]!] as const);
  return found.sort(([a], [b]) => a - b);
}

test('draws below their bounds are picked, and no others, whatever the number of events', () => {
  const thousandths = (most: number) =>
    fc.integer({ min: 0, max: 1000 * most }).map((n) => Math.fround(n / 1000));
  const size = fc.oneof({ weight: 4, arbitrary: thousandths(4) }, fc.constantFrom(0, 1e-40));
  // More and fewer events than eight, and than before: the kernel's space is used again.
  const events = fc.integer({ min: 0, max: 37 });
  const row = events.chain((n) => fc.array(size, { minLength: 2 * n, maxLength: 2 * n }));
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const share = thousandths(1);
  let [picked, all] = [0, 0];
  fc.assert(
    fc.property(row, word, word, share, share, (sizes, block, first, perSize, most) => {
      const [factor, limit] = [2 ** 31 * perSize, 2 ** 31 * most];
      const expected = wordsOf(block, first, sizes.length / 2)
        .map((word, n) => [n, word] as const)
        .filter(([n, word]) => {
          const bound = Math.fround(sizes[n]! * Math.fround(factor));
          return Math.fround(word >>> 1) < Math.min(bound, Math.fround(limit));
        });
      expect(pick(sizes, block, first, factor, limit)).toEqual(expected);
      picked += expected.length;
      all += sizes.length;
    }),
    { numRuns: 2000 },
  );
  expect(picked).toBeGreaterThan(0.1 * all);
  expect(picked).toBeLessThan(0.9 * all);
});

test('a bound above all draws picks every draw, one that is no number none', () => {
  const sizes = [1, 2, Number.NaN, 0, 1, Number.NaN];
  const numbers = (perSize: number) => pick(sizes, 1, 5, perSize, 2 ** 32).map(([n]) => n);
  expect(numbers(2 ** 32)).toEqual([0, 1, 4]);
  expect(numbers(Number.POSITIVE_INFINITY)).toEqual([0, 1, 4]);
  expect(numbers(Number.NaN)).toEqual([]);
  expect(numbers(0)).toEqual([]);
});

test('a bound keeps its draws when there is a factor of a ten-thousandth between them', () => {
  // The least slack that the rule leaves for roundings, at every magnitude of a draw.
  const block = 3;
  const words = wordsOf(block, 0, 500);
  const sizes = words.map((word) => ((word >>> 0) + 0.5) / 2 ** 32);
  const found = pick(sizes, block, 0, 1.0001 * 2 ** 31, 1.0001 * 2 ** 31);
  expect(found.length).toBe(1000);
});
