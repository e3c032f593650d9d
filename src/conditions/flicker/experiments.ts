/** 1/f noise on a bench: traces of cells, and their spectrum at several rates of readings beside the sum of its Lorentzians. */
import { evenlyInLog } from '../../math/statistics.ts';
import { levelConductance } from '../../target/cell.ts';
import { formatQuantity } from '../../text/units.ts';
import type { ConditionExperiment } from '../condition.ts';
import { fluctuators, sampledDensity } from '../fluctuator.ts';
import { noiseFigures, recordsOf, samples, timesUntil } from '../noise-figures.ts';
import { flickering } from './cells.ts';
import type { Flicker } from './model.ts';

const cells = 32;

/** Intervals between readings with which records reach from the fastest to the slowest of the fluctuators (s). */
function intervalsOf({ shortest, longest }: Flicker): number[] {
  const slowest = Math.max(shortest, (8 * longest) / samples);
  const count = Math.min(4, Math.max(1, Math.ceil(Math.log10(slowest / shortest) / 2) + 1));
  return count === 1 ? [slowest] : evenlyInLog(shortest, slowest, count);
}

const flicker: ConditionExperiment<Flicker> = ({ law, cell }, { seed }) => {
  if (law.amplitude === 0) return [];
  const g = levelConductance(cell, (cell.levels - 1) / 2);
  const dwells = fluctuators(law);
  const own = Array.from({ length: cells }, (_, i) => i);
  return noiseFigures({
    name: 'flicker',
    title: '1/f noise of cells',
    about: `cells at ${formatQuantity(g, 'S', 3)}, ${dwells.length} fluctuators each`,
    uses: ['flicker', 'cell.gUseMin', 'cell.gUseMax'],
    time: 's',
    drawn: 'line',
    recorded: intervalsOf(law).map((interval) => ({
      interval,
      records: recordsOf(own, g, (sample) =>
        flickering(law, { seed, array: 0, times: timesUntil(sample, interval) }),
      ),
      // Every fluctuator adds 2 amplitude / sqrt(count) between its states.
      law: (f) =>
        ((2 * law.amplitude * g) ** 2 / dwells.length) *
        dwells.reduce((sum, dwell) => sum + sampledDensity(dwell, interval, f), 0),
    })),
  });
};

export const flickerExperiments = { flicker } as const;
