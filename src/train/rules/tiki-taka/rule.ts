/** The rules of the Tiki-Taka family, as runs are opened with them. */
import { besides, programLayers } from '../program-layers.ts';
import { byPulses } from '../pulsed-rule.ts';
import type { LearningRule } from '../rule.ts';
import { openTikiTaka, type TikiTakaOptions } from './learner.ts';

const tikiTaka = (dynamic: boolean): LearningRule<TikiTakaOptions> => ({
  ...byPulses,
  async open(basis, options, start) {
    const { chip, initial } = await programLayers(basis, options, start, options.weightRange);
    const { network } = basis.chain;
    return { initial, learner: openTikiTaka(network, options, options, chip, besides(chip), dynamic) };
  },
});

export const tikiTaka2 = tikiTaka(false);
export const tikiTaka4 = tikiTaka(true);
