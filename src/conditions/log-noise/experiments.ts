/** 1/f noise of CMO/HfOx cells on a bench. */
import { evenly } from '../../math/statistics.ts';
import { accumulationFigures } from '../accumulation-figures.ts';
import type { ConditionExperiment } from '../condition.ts';
import { growingNoise } from './cells.ts';
import type { LogNoise } from './model.ts';

const logNoise: ConditionExperiment<LogNoise> = ({ law, cell }, { seed }) =>
  accumulationFigures(
    {
      name: 'log-noise',
      title: 'Read noise that grows with time',
      uses: ['logNoise', 'cell.gUseMin', 'cell.gUseMax'],
      law: growingNoise(law),
      levels: evenly(cell.gUseMin, cell.gUseMax, 4),
      level: cell.gUseMax,
      sigma: (g) => (g > law.gReference ? (law.amplitude * Math.log(g / law.gReference)) / Math.LN10 : 0),
    },
    seed,
  );

export const logNoiseExperiments = { 'log-noise': logNoise } as const;
