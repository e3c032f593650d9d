/** White read noise on a bench: readings of cells at all levels, traces of some, and their flat spectrum. */
import type { Figure } from '../../figures/figure.ts';
import { polynomial } from '../../math/polynomial.ts';
import { openStream } from '../../math/random.ts';
import { evenly, sigmaOfSample } from '../../math/statistics.ts';
import { levelConductance } from '../../target/cell.ts';
import { formatQuantity } from '../../text/units.ts';
import type { ConditionExperiment } from '../condition.ts';
import { noiseFigures, samples } from '../noise-figures.ts';
import { whiteNoise } from './cells.ts';
import type { ReadNoise } from './model.ts';

/** Levels, readings of each, and cells of a spectrum. */
const [levels, readings, cells] = [33, 1000, 32];
const uses = ['readNoise', 'cell.gUseMin', 'cell.gUseMax'];

const readNoise: ConditionExperiment<ReadNoise> = ({ law, cell }, { seed }) => {
  const sigma = whiteNoise(law, 0);
  const noise = openStream(seed, 'read-noise-bench', 0);
  const read = (g: number, event: number, count: number) => {
    noise.seek(event);
    return Float64Array.from({ length: count }, () => g + sigma(g, g) * noise.normal());
  };
  const x = evenly(cell.gUseMin, cell.gUseMax, levels);
  const byLevel: Figure = {
    name: 'read-noise',
    title: 'Read noise by conductance',
    about: `standard deviation of ${readings} readings at each of ${levels} conductances, beside sigma(G) of the target`,
    uses,
    plot: {
      form: 'chart',
      x: { name: 'conductance', unit: 'S' },
      y: { name: 'standard deviation', unit: 'S' },
      series: [
        {
          name: 'readings',
          drawn: 'dots',
          kind: 'measured',
          x,
          y: x.map((g, i) => sigmaOfSample(read(g, i, readings))),
        },
        {
          name: 'closed form',
          drawn: 'line',
          kind: 'law',
          x,
          y: x.map((g) => Math.max(0, polynomial(law.sigma, g))),
        },
      ],
    },
  };
  const g = levelConductance(cell, (cell.levels - 1) / 2);
  if (sigma(g, g) === 0) return [byLevel];
  const records = Array.from({ length: cells }, (_, i) => read(g, levels + i, samples));
  const spectra = noiseFigures({
    name: 'read-noise',
    title: 'Read noise',
    about: `cells at ${formatQuantity(g, 'S', 3)}`,
    uses,
    time: 'readings',
    drawn: 'line',
    recorded: [{ interval: 1, records, law: () => 2 * polynomial(law.sigma, g) ** 2 }],
  });
  return [byLevel, ...spectra];
};

export const readNoiseExperiments = { 'read-noise': readNoise } as const;
