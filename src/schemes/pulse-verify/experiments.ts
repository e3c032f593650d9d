/** Identical pulses on a bench: how a loop of them comes to its levels, beside the way of the mean device. */
import { convergenceFigures, rmsOf } from '../convergence-figures.ts';
import { shapingFields } from '../programmed-experiments.ts';
import type { SchemeExperiment } from '../scheme.ts';
import { loopSpread, resetSpread } from '../spread.ts';
import { openPulseVerify } from './cells.ts';
import { afterPulses } from './mean-device.ts';
import type { PulseVerifyProgramming } from './parameters.ts';
import { toleranceAt } from './pulse-verify.ts';
import { pulseLawOf } from './steps/law-of.ts';
import { conductanceOf, stateOf } from './steps/step.ts';

const convergence: SchemeExperiment<PulseVerifyProgramming> = (target, { seed }) => {
  const { programming, cell } = target;
  const law = pulseLawOf(programming.pulse);
  const from = stateOf(law, cell, resetSpread(cell, programming.resetSpread).mean);
  return convergenceFigures({
    target,
    tolerance: programming.tolerance,
    most: programming.maxPulses,
    uses: ['cell.levels', 'cell.gMin', 'cell.gMax', 'cell.gUseMin', 'cell.gUseMax', ...shapingFields(target)],
    open: (maxPulses) => (rows, columns) =>
      openPulseVerify(
        { ...target, programming: { ...programming, unresponsive: 0, maxPulses } },
        { rows, columns, hiddenBits: 0 },
        seed,
        0,
      ),
    law(levels, pulses) {
      const w = afterPulses(law, from, true, pulses);
      if (w === undefined) return undefined;
      const reached = conductanceOf(law, cell, w);
      return rmsOf(
        levels.map((level) => {
          const tolerance = toleranceAt(programming, programming.tolerance, level, cell.gUseMax);
          const missing = level - reached;
          return missing > tolerance
            ? missing ** 2
            : loopSpread(tolerance, programming.readNoise, level).variance;
        }),
      );
    },
  });
};

export const pulseVerifyExperiments = { convergence } as const;
