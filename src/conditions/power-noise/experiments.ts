/** 1/f noise of phase-change cells on a bench. */
import { evenly } from '../../math/statistics.ts';
import { accumulationFigures } from '../accumulation-figures.ts';
import type { ConditionExperiment } from '../condition.ts';
import { relativeNoise } from './cells.ts';
import type { PowerNoise } from './model.ts';

/** Below this share of the highest level there is next to nothing to see. */
const least = 0.05;

const powerNoise: ConditionExperiment<PowerNoise> = ({ law, cell }, { seed }) =>
  accumulationFigures(
    {
      name: 'power-noise',
      title: 'Relative read noise that grows with time',
      uses: ['powerNoise', 'cell.gUseMin', 'cell.gUseMax'],
      law: relativeNoise(law),
      levels: evenly(Math.max(cell.gUseMin, least * cell.gUseMax), cell.gUseMax, 4),
      level: cell.gUseMax,
      sigma: (g) =>
        g * Math.min(law.limit, law.amplitude * Math.exp(-law.exponent * Math.log(g / law.gReference))),
    },
    seed,
  );

export const powerNoiseExperiments = { 'power-noise': powerNoise } as const;
