/** The rule of parallel updates, as a run is opened with it. */
import { trainNoParallelUpdates } from '../../../diagnostics/all.ts';
import { schemeOf } from '../../../schemes/models.ts';
import { programLayers } from '../program-layers.ts';
import type { LearningRule } from '../rule.ts';
import { openParallelLearner, type ParallelOptions } from './learner.ts';

export const parallelRule: LearningRule<ParallelOptions> = {
  target: 'cmo-hfox-350nm',
  encoding: 'offset',
  refuse: (target) => (schemeOf(target).updates ? [] : [trainNoParallelUpdates(target.name)]),
  async open(basis, options, start) {
    const { chip, initial } = await programLayers(basis, options, start, options.weightRange);
    return { initial, learner: openParallelLearner(basis.chain.network, options, options, chip) };
  },
};
