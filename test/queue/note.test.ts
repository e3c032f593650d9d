/** What the submitter says of the queue, beside how many tasks are settled. */
import { expect, test } from 'vitest';
import { noteOf, onceMixed } from '../../src/cli/sweep-queue.ts';
import type { QueueState } from '../../src/queue/watch.ts';

const state: QueueState = { workers: 3, threads: 6, processors: [], open: 9, settled: 40, rate: 2.345 };

test.each([
  [{}, '3 workers, 2.3 tasks/s'],
  [{ workers: 1, rate: 1234.5 }, '1 worker, 1235 tasks/s'],
  [{ workers: 0, rate: 0 }, 'no worker is there'],
  [{ silent: 1 }, '3 workers, 2.3 tasks/s'],
  [{ silent: 12.4 }, 'Redis has not answered for 12 s'],
])('%j', (changes, said) => expect(noteOf({ ...state, ...changes })).toBe(said));

test('warns once of workers with different processors, by queue/processors', () => {
  const codes: string[] = [];
  const seen = onceMixed('redis://host', ({ code }) => codes.push(code));
  for (const processors of [['A'], ['A', 'B'], ['A', 'B']]) seen({ processors });
  expect(codes).toEqual(['queue/processors']);
});
