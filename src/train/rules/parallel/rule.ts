/** The rule of parallel updates, as a run is opened with it. */
import { programLayers } from '../program-layers.ts';
import type { PulsedOptions } from '../pulsed-options.ts';
import { byPulses } from '../pulsed-rule.ts';
import type { LearningRule } from '../rule.ts';
import { openParallelLearner } from './learner.ts';

export const parallelRule: LearningRule<PulsedOptions> = {
  ...byPulses,
  async open(basis, options, start) {
    const { chip, initial } = await programLayers(basis, options, start, options.weightRange);
    return { initial, learner: openParallelLearner(basis.chain.network, options, options, chip) };
  },
};
