/** Replicas for a number of arrays, against what can be counted by hand and against all that there could be. */
import { expect, test } from 'vitest';
import { balanceReplicas } from '../../src/cost/balance.ts';

const layers = [
  { name: 'first', time: 100, arrays: 1, rows: 100 },
  { name: 'second', time: 50, arrays: 2, rows: 50 },
  { name: 'last', time: 3, arrays: 4, rows: 1 },
];

test('arrays that are there already give no replica', () => {
  expect(balanceReplicas(layers, 7, 7)).toEqual({ arrays: 7, interval: 100, replicas: [] });
});

test('the slowest layer comes first, and then those that it leaves', () => {
  expect(balanceReplicas(layers, 7, 8)).toEqual({
    arrays: 8,
    interval: 50,
    replicas: [{ name: 'first', replicas: 2 }],
  });
});

test('no other replicas on as many arrays are faster', () => {
  for (const arrays of [10, 14, 20, 30, 45]) {
    let best = Number.POSITIVE_INFINITY;
    for (let a = 1; a <= 64; a++)
      for (let b = 1; b <= 50; b++)
        if (7 + (a - 1) + 2 * (b - 1) <= arrays)
          best = Math.min(best, Math.max(Math.ceil(100 / a), Math.ceil(50 / b), 3));
    const { interval, arrays: used } = balanceReplicas(layers, 7, arrays);
    expect(interval, `${arrays} arrays`).toBeCloseTo(best, 12);
    expect(used).toBeLessThanOrEqual(arrays);
  }
});

test('a layer that cannot be shared ends it', () => {
  const { interval } = balanceReplicas([{ name: 'only', time: 9, arrays: 1, rows: 1 }, ...layers], 8, 1000);
  expect(interval).toBe(9);
});
