import { expect, it } from 'vitest';
import { reduceSteps } from '../../fuzz/reduce.ts';

it.each([
  { steps: [1, 2, 3, 4, 5], needed: [2, 5], left: [2, 5] },
  { steps: [1, 2, 3], needed: [], left: [] },
  { steps: [1, 2, 3], needed: [1, 2, 3], left: [1, 2, 3] },
])('of $steps those are left that the failure needs: $left', async ({ steps, needed, left }) => {
  const fails = async (kept: readonly number[]) => needed.every((step) => kept.includes(step));
  expect(await reduceSteps(steps, fails)).toEqual(left);
});

it('goes back to a mutation that another one made necessary', async () => {
  // 1 is needed as long as 2 is there.
  const fails = async (kept: readonly number[]) => kept.includes(1) || !kept.includes(2);
  expect(await reduceSteps([1, 2], fails)).toEqual([]);
});
