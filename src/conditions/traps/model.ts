/** Traps as targets and reports see them: two-state fluctuators that a write leaves in a cell, and that the next write draws anew. */
import { z } from 'zod';
import { above0, meanCount, quantity, type Read } from '../../target/leaf.ts';
import { unless } from '../../target/problem.ts';
import type { ConditionModel } from '../condition.ts';

const schema = z.strictObject({
  perCell: meanCount(1, 'Mean number of traps of a cell, as a write leaves it'),
  amplitude: quantity('S', 'Mean difference of the two conductances that a trap makes', above0),
  dwellShortest: quantity('s', 'Shortest mean stay of a trap in either state', above0),
  dwellLongest: quantity('s', 'Longest mean stay of a trap in either state', above0),
});

export type Traps = Read<typeof schema>;

export const traps: ConditionModel<Traps, 'fluctuation'> = {
  kind: 'fluctuation',
  schema,
  name: 'traps',
  law: 'a Poisson number of two-state Markov fluctuators, G + a (s - its mean), a exponential, mean stays log-uniform; drawn anew by writes, frozen while a batch of images is computed',
  checks: [
    ({ dwellShortest, dwellLongest }) =>
      unless(dwellShortest <= dwellLongest, 'dwellLongest', 'this lies below traps.dwellShortest'),
  ],
};
