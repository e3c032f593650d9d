/** Relaxation on a bench: how far cells are from what they were programmed to, by time, beside the law of Falcone et al. (2025). */
import { evenlyInLog } from '../../math/statistics.ts';
import { levelConductance } from '../../target/cell.ts';
import type { ConditionExperiment } from '../condition.ts';
import { populationFigures, timeAfterProgramming } from '../population-figures.ts';
import { relaxing } from './cells.ts';
import type { Relaxation } from './model.ts';

const relaxation: ConditionExperiment<Relaxation> = ({ law, cell }, { seed }) =>
  populationFigures({
    name: 'relaxation',
    title: 'Relaxation after programming',
    uses: ['relaxation', 'cell.gUseMin', 'cell.gUseMax'],
    y: { name: 'change of conductance', unit: 'S' },
    seen: (from, to) => to - from,
    // It is the same for all levels.
    levels: [levelConductance(cell, (cell.levels - 1) / 2)],
    x: timeAfterProgramming,
    places: evenlyInLog(law.validFrom, law.validTo, 33),
    movedBy: (at) => relaxing(law, { seed, array: 0, window: cell, at }),
    law: (level, at) => {
      const decades = Math.log(at / law.t0);
      const sigma = Math.max(0, law.spread + law.spreadSlope * decades);
      // Nothing conducts less than nothing.
      const change = (xi: number) => Math.max(-level, -law.slope * decades + sigma * xi);
      return { low: change(-1), middle: change(0), high: change(1) };
    },
  });

export const relaxationExperiments = { relaxation } as const;
