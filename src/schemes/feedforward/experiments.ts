/** Predicted pulses on a bench: how few of them come to their levels, beside their spread in closed form. */
import { convergenceFigures, rmsOf } from '../convergence-figures.ts';
import { shapingFields } from '../programmed-experiments.ts';
import type { SchemeExperiment } from '../scheme.ts';
import { openFeedforward } from './cells.ts';
import type { FeedforwardProgramming } from './parameters.ts';
import { predictedSpread } from './spread.ts';

const convergence: SchemeExperiment<FeedforwardProgramming> = (target, { seed }) => {
  const { programming: law, cell } = target;
  return convergenceFigures({
    target,
    tolerance: law.tolerance,
    most: law.retries + 1,
    uses: ['cell.levels', 'cell.gMin', 'cell.gMax', 'cell.gUseMin', 'cell.gUseMax', ...shapingFields(target)],
    open: (pulses) => (rows, columns) =>
      openFeedforward(
        { ...target, programming: { ...law, unresponsive: 0, retries: pulses - 1 } },
        { rows, columns, hiddenBits: 0 },
        seed,
        0,
      ),
    law: (levels, pulses) =>
      rmsOf(
        levels.map((level) => {
          const { mean, variance } = predictedSpread({ ...law, retries: pulses - 1 }, cell, level);
          return (mean - level) ** 2 + variance;
        }),
      ),
  });
};

export const feedforwardExperiments = { convergence } as const;
