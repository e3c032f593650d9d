/** The write loop on a bench: how cells come to their levels pulse by pulse, beside the law of a loop that only nears them. */
import { convergenceFigures, rmsOf } from '../convergence-figures.ts';
import { shapingFields } from '../programmed-experiments.ts';
import type { SchemeExperiment } from '../scheme.ts';
import { resetSpread } from '../spread.ts';
import { openWriteVerify } from './cells.ts';
import type { WriteVerifyProgramming } from './parameters.ts';

/** Tolerances, or smallest steps, within which the law of a loop that only nears its level ends. */
const near = 20;

/** Nodes of the midpoint rule over the gain of cells, and how many standard deviations they reach. */
const [nodes, reach] = [200, 6];

/**
 * Mean of the squared distance after so many pulses, as a multiple of that before them: every pulse leaves 1 - stepGain gain (1 +
 * cycleToCycle xi) of it, with a gain of the cell's own.
 */
export function squareLeft(law: WriteVerifyProgramming, pulses: number): number {
  let [weights, sum] = [0, 0];
  for (let i = 0; i < nodes; i++) {
    const xi = (2 * reach * (i + 0.5)) / nodes - reach;
    const weight = Math.exp(-0.5 * xi * xi);
    const step = law.stepGain * Math.max(0, 1 + law.deviceToDevice * xi);
    weights += weight;
    sum += weight * ((1 - step) ** 2 + (step * law.cycleToCycle) ** 2) ** pulses;
  }
  return sum / weights;
}

const convergence: SchemeExperiment<WriteVerifyProgramming> = (target, { seed }) => {
  const { programming: law, cell } = target;
  const { mean, variance } = resetSpread(cell, law.resetSpread);
  return convergenceFigures({
    target,
    tolerance: law.tolerance,
    most: law.maxPulses,
    uses: ['cell.levels', 'cell.gMin', 'cell.gUseMin', 'cell.gUseMax', ...shapingFields(target)],
    open: (maxPulses) => (rows, columns) =>
      openWriteVerify(
        { ...target, programming: { ...law, unresponsive: 0, maxPulses } },
        { rows, columns, hiddenBits: 0 },
        seed,
        0,
      ),
    law(levels, pulses) {
      const left = squareLeft(law, pulses);
      const error = rmsOf(levels.map((level) => ((level - mean) ** 2 + variance) * left));
      // Nearer, many loops have ended, and steps are no longer in proportion.
      return error > near * Math.max(law.tolerance, law.minStep) ? error : undefined;
    },
  });
};

export const writeVerifyExperiments = { convergence } as const;
