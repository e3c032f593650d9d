/**
 * The experiments of the ways of programming: those of all cells that are programmed one by one, and those that a scheme
 * brings in a file of its own, experiments.ts of its folder.
 */
import type { ExperimentSettings, Figure } from '../figures/figure.ts';
import type { Target } from '../target/target.ts';
import { openCells } from './cells.ts';
import { denoiseExperiments } from './denoise/experiments.ts';
import { feedforwardExperiments } from './feedforward/experiments.ts';
import type { Scheme } from './models.ts';
import { schemeOf } from './models.ts';
import { parallelUpdateExperiments } from './parallel-update/experiments.ts';
import { programmedFigures } from './programmed-experiments.ts';
import { pulseVerifyExperiments } from './pulse-verify/experiments.ts';
import type { SchemeExperiment } from './scheme.ts';
import { transferExperiments } from './transfer/experiments.ts';
import { writeVerifyExperiments } from './write-verify/experiments.ts';

/** By scheme, and by what progress calls them; a scheme may have none. */
export const experiments: Readonly<
  Partial<Record<Scheme, Readonly<Record<string, SchemeExperiment<never>>>>>
> = {
  'write-verify': writeVerifyExperiments,
  'pulse-verify': pulseVerifyExperiments,
  denoise: denoiseExperiments,
  feedforward: feedforwardExperiments,
  'parallel-update': parallelUpdateExperiments,
  transfer: transferExperiments,
};

/** What a target's scheme has on a bench. */
export function schemeExperiments(
  target: Target,
): readonly { readonly name: string; readonly run: (settings: ExperimentSettings) => readonly Figure[] }[] {
  const own = Object.entries(experiments[target.programming.scheme] ?? {});
  const open = (seed: number) => (on: Target, rows: number, columns: number) =>
    openCells(on, { rows, columns, hiddenBits: 0 }, seed, 0);
  const levels = {
    name: 'levels',
    run: ({ seed }: ExperimentSettings) => programmedFigures(target, open(seed)),
  };
  const oneByOne = !schemeOf(target).openLoop && open(0)(target, 1, 1).program !== undefined;
  return [
    ...(oneByOne ? [levels] : []),
    ...own.map(([name, run]) => ({
      name,
      run: (settings: ExperimentSettings) =>
        (run as SchemeExperiment<Target['programming']>)(target, settings),
    })),
  ];
}
