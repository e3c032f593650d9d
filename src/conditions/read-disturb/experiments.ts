/** Read disturb on a bench: what cells at both ends of the window conduct after ever more readings, beside its exponential. */
import { evenlyInLog } from '../../math/statistics.ts';
import type { ConditionExperiment } from '../condition.ts';
import { populationFigures, timeAfterProgramming } from '../population-figures.ts';
import { readDisturbing } from './cells.ts';
import type { ReadDisturb } from './model.ts';

const readDisturb: ConditionExperiment<ReadDisturb> = ({ law, cell }, { seed }) => {
  if (law.change === 0) return [];
  // One pulse, up to three factors e of conductance.
  const last = law.interval * Math.max(10, 3 / law.change);
  return populationFigures({
    name: 'read-disturb',
    title: 'Read disturb',
    uses: ['readDisturb', 'cell.gMin', 'cell.gMax', 'cell.gUseMin', 'cell.gUseMax'],
    y: { name: 'conductance', unit: 'S' },
    seen: (_, to) => to,
    levels: [cell.gUseMin, (cell.gUseMin + cell.gUseMax) / 2, cell.gUseMax],
    x: timeAfterProgramming,
    places: evenlyInLog(law.interval, last, 49),
    movedBy: (at) => readDisturbing(law, { seed, array: 0, window: cell, at }),
    law: (level, at) => {
      const up = law.towards === 'high';
      const g = level * Math.exp((at / law.interval) * Math.log1p(up ? law.change : -law.change));
      const held = up ? Math.min(cell.gMax, g) : Math.max(cell.gMin, g);
      return { low: held, middle: held, high: held };
    },
  });
};

export const readDisturbExperiments = { 'read-disturb': readDisturb } as const;
