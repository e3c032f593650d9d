/** Random telegraph noise on a bench: traces of cells that have a trap, and their spectrum beside its Lorentzian. */
import { levelConductance } from '../../target/cell.ts';
import { formatQuantity } from '../../text/units.ts';
import type { ConditionExperiment } from '../condition.ts';
import { sampledDensity } from '../fluctuator.ts';
import { noiseFigures, recordsOf, timesUntil } from '../noise-figures.ts';
import { switching } from './cells.ts';
import type { Telegraph } from './model.ts';

/** Cells with a trap that are recorded, and those among which they are looked for. */
const [recorded, searched] = [64, 100_000];
/** Readings in the time in which a state is forgotten. */
const perStay = 4;

const telegraph: ConditionExperiment<Telegraph> = ({ law, cell }, { seed }) => {
  const g = levelConductance(cell, (cell.levels - 1) / 2);
  const dwell = { high: law.dwellHigh, low: law.dwellLow };
  const interval = 1 / (1 / dwell.high + 1 / dwell.low) / perStay;
  const at = (sample: number) => switching(law, { seed, array: 0, times: timesUntil(sample, interval) });
  const first = at(0);
  const trapped: number[] = [];
  for (let i = 0; i < searched && trapped.length < recorded; i++) if (first(g, i) !== g) trapped.push(i);
  if (trapped.length === 0) return [];
  return noiseFigures({
    name: 'telegraph',
    title: 'Random telegraph noise',
    about: `cells with a trap, at ${formatQuantity(g, 'S', 3)}`,
    uses: ['telegraph', 'cell.gUseMin', 'cell.gUseMax'],
    time: 's',
    drawn: 'steps',
    recorded: [
      {
        interval,
        records: recordsOf(trapped, g, at),
        law: (f) => (law.amplitude * g) ** 2 * sampledDensity(dwell, interval, f),
      },
    ],
  });
};

export const telegraphExperiments = { telegraph } as const;
