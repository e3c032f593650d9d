/** The experiments of conditions, by their section of a target: those in experiments.ts of their folders. */
import type { ExperimentSettings, Figure } from '../figures/figure.ts';
import type { Cell } from '../target/cell.ts';
import type { ConditionExperiment } from './condition.ts';
import { driftExperiments } from './drift/experiments.ts';
import { flickerExperiments } from './flicker/experiments.ts';
import { halfSelectExperiments } from './half-select/experiments.ts';
import { logNoiseExperiments } from './log-noise/experiments.ts';
import { type Conditions, conditionsOf, type ReadSection, type Section } from './models.ts';
import { powerNoiseExperiments } from './power-noise/experiments.ts';
import { readDisturbExperiments } from './read-disturb/experiments.ts';
import { readNoiseExperiments } from './read-noise/experiments.ts';
import { relaxationExperiments } from './relaxation/experiments.ts';
import { telegraphExperiments } from './telegraph/experiments.ts';

/** By section, and by what progress calls them. */
export const experiments: {
  readonly [S in Section]?: Readonly<Record<string, ConditionExperiment<ReadSection<S>>>>;
} = {
  disturb: halfSelectExperiments,
  relaxation: relaxationExperiments,
  drift: driftExperiments,
  readDisturb: readDisturbExperiments,
  telegraph: telegraphExperiments,
  flicker: flickerExperiments,
  readNoise: readNoiseExperiments,
  logNoise: logNoiseExperiments,
  powerNoise: powerNoiseExperiments,
};

/** What a target's conditions have on a bench, in their order. */
export function conditionExperiments(
  target: Conditions & { readonly cell: Cell },
): readonly { readonly name: string; readonly run: (settings: ExperimentSettings) => readonly Figure[] }[] {
  return conditionsOf(target).flatMap(({ section, read }) =>
    Object.entries(experiments[section] ?? {}).map(([name, run]) => ({
      name,
      run: (settings: ExperimentSettings) =>
        (run as ConditionExperiment<object>)({ law: read, cell: target.cell }, settings),
    })),
  );
}
