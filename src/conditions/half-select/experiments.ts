/** Half-select disturb on a bench: what pulses to other cells of their row and column have done to cells, by their number. */
import { evenlyInLog } from '../../math/statistics.ts';
import type { ConditionExperiment } from '../condition.ts';
import { populationFigures } from '../population-figures.ts';
import { halfSelecting } from './cells.ts';
import type { HalfSelect } from './model.ts';

const halfSelect: ConditionExperiment<HalfSelect> = ({ law, cell }, { seed }) => {
  const per = law.pulses;
  return populationFigures({
    name: 'half-select',
    title: 'Half-select disturb',
    uses: ['disturb', 'cell.gUseMin', 'cell.gUseMax'],
    x: { name: 'half-select pulses', unit: '', scale: 'log' },
    y: { name: 'change of conductance', unit: '%' },
    seen: (from, to) => (100 * (to - from)) / from,
    levels: [cell.gUseMin, cell.gUseMax].filter((g) => g > 0),
    places: [...new Set(evenlyInLog(Math.max(1, per / 1000), 10 * per, 33).map(Math.round))],
    movedBy: (pulses) => halfSelecting(law, { seed, array: 0, pulses: () => pulses }),
    law: (_, pulses) => {
      // Nothing conducts less than nothing.
      const change = (xi: number) =>
        100 * Math.max(-1, ((law.disturbDrift + law.spread * xi) * pulses) / per);
      return { low: change(-1), middle: change(0), high: change(1) };
    },
  });
};

export const halfSelectExperiments = { 'half-select': halfSelect } as const;
