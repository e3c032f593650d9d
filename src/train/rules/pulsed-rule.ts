/** What rules have in common whose chips learn by pulses on rows and columns. */
import { trainNoParallelUpdates } from '../../diagnostics/all.ts';
import { schemeOf } from '../../schemes/models.ts';
import type { LearningRule } from './rule.ts';

export const byPulses: Omit<LearningRule<unknown>, 'open'> = {
  target: 'cmo-hfox-350nm',
  encoding: 'offset',
  refuse: (target) => (schemeOf(target).updates ? [] : [trainNoParallelUpdates(target.name)]),
};
