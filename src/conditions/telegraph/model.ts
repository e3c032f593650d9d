/** Random telegraph noise as targets and reports see it: some cells switch between G (1 + amplitude / 2) and G (1 - amplitude / 2). */
import { z } from 'zod';
import { percent } from '../../target/effect.ts';
import { above0, quantity, type Read, share } from '../../target/leaf.ts';
import type { ConditionModel } from '../condition.ts';

const schema = z.strictObject({
  share: share('Share of cells that switch between two conductances'),
  amplitude: share('Difference of the two, relative to their mean'),
  dwellHigh: quantity('s', 'Mean stay at the higher conductance', above0),
  dwellLow: quantity('s', 'Mean stay at the lower conductance', above0),
});

export type Telegraph = Read<typeof schema>;

export const telegraph: ConditionModel<Telegraph, 'fluctuation'> = {
  kind: 'fluctuation',
  schema,
  name: 'random telegraph noise',
  law: 'this share of the cells is at G (1 +- amplitude / 2), two-state Markov; frozen while a batch of images is computed',
  print: { share: percent, amplitude: percent },
};
