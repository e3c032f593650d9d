/** Greedy CTC and edit distances by hand, and against the definition. */
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import type { Metric } from '../../src/verify/metric.ts';
import { decodeGreedy, editDistance } from '../../src/verify/sequences.ts';
import { addToValueTally, createValueTally, valueScores } from '../../src/verify/tally-values.ts';

/** Scores of steps whose best symbols are these. */
const steps = (best: readonly number[], symbols: number) =>
  best.flatMap((own) => Array.from({ length: symbols }, (_, s) => (s === own ? 1 : -s)));

test('repetitions count once, unless a blank stands between them', () => {
  const symbols = ['', 'a', 'b', 'ß'];
  const read = (...best: number[]) => decodeGreedy(steps(best, 4), 0, best.length, symbols);
  expect(read(0, 1, 1, 0, 1, 2, 2, 3)).toBe('aabß');
  expect(read(0, 0, 0)).toBe('');
  // Of equal scores the first is best, as argmax of NumPy has it.
  expect(decodeGreedy([0, 5, 5, 0], 0, 1, symbols)).toBe('a');
  expect(decodeGreedy([9, 9, 9, 9, ...steps([2], 4)], 4, 1, symbols)).toBe('b');
  expect(decodeGreedy(steps([1, 0, 1], 2), 0, 3, ['x', ''])).toBe('x');
});

test.each([
  ['kitten', 'sitting', 3],
  ['saturday', 'sunday', 3],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['same', 'same', 0],
  ['a😀b', 'ab', 1],
])('from %s to %s it takes %i', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

it('is the fewest changes there are', () => {
  const slow = (a: string, b: string): number => {
    if (a === '' || b === '') return a.length + b.length;
    const exchanged = slow(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1);
    return Math.min(exchanged, slow(a.slice(1), b) + 1, slow(a, b.slice(1)) + 1);
  };
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(editDistance(a, b)).toBe(slow(a, b));
    }),
  );
});

test('texts are scored against what is written, else against what floating point reads', () => {
  const symbols = ['', 'a', 'b'];
  const outputs = [...steps([1, 0, 2], 3), ...steps([2, 2, 1], 3)];
  const texts = ['ab', 'bbb'];
  const scored = (metric: Metric, values = outputs) => {
    const tally = createValueTally(metric, 2, 9);
    return { tally, right: addToValueTally(tally, metric, 0, values, 9) };
  };
  const float = scored({ kind: 'ctc', symbols, texts });
  expect([...float.right!]).toEqual([1, 0]);
  // 'ba' for 'bbb': 2 of 5 symbols.
  expect(valueScores(float.tally, float.tally)).toEqual({ symbolErrors: 40, agreement: 100 });
  const unlabelled = scored({ kind: 'ctc', symbols });
  const other = scored({ kind: 'ctc', symbols }, [...steps([1, 0, 1], 3), ...steps([2, 2, 1], 3)]);
  expect(other.right).toBeUndefined();
  expect(valueScores(other.tally, unlabelled.tally)).toEqual({ symbolErrors: 25, agreement: 50 });
});

test('values are scored by their mean square error, and by what it is of their variation', () => {
  const truth = Float64Array.of(1, 10, 3, 10, 5, 10);
  const metric: Metric = { kind: 'regression', truth };
  const tally = createValueTally(metric, 3, 2);
  addToValueTally(tally, metric, 0, [1, 11, 3, 9], 2);
  addToValueTally(tally, metric, 2, [7, 10], 2);
  // Squares: 1, 1 and 4 of 6 values; variation (1 - 3)^2 + (5 - 3)^2.
  expect(valueScores(tally, tally)).toEqual({ rmse: 1, r2: 1 - 6 / 8 });
});
