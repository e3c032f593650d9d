/**
 * Predicted pulses on a bench: what identical pulses do to devices, one device that is taken through all of its levels, and how few
 * pulses come to any of them; each beside its closed form.
 */
import type { Figure } from '../../figures/figure.ts';
import { openStream } from '../../math/random.ts';
import { type Cell, levelStepOf } from '../../target/cell.ts';
import { convergenceFigures, rmsOf } from '../convergence-figures.ts';
import { shapingFields } from '../programmed-experiments.ts';
import { pulseResponseFigures } from '../pulse-response.ts';
import type { SchemeExperiment } from '../scheme.ts';
import { amplitudeStep, givenAmplitude } from './amplitude.ts';
import { openFeedforward } from './cells.ts';
import { afterDose, conductanceAt, crossed } from './dose.ts';
import { deviceOf, evenDose, identical, predicted } from './one-device.ts';
import type { FeedforwardProgramming } from './parameters.ts';
import { predictedSpread } from './spread.ts';
import { directionOf } from './staircase.ts';

/** Smallest distance from a level that is drawn (steps). */
const least = 1e-3;

/** The amplitude of which as many pulses as there are levels take the mean device through them (V). */
function evenAmplitude(law: FeedforwardProgramming, cell: Cell, up: boolean): number {
  const { vFull, vScale } = directionOf(law, up);
  return givenAmplitude(law.amplitude, vFull + vScale * Math.log(evenDose({ law, cell })));
}

const potentiation: SchemeExperiment<FeedforwardProgramming> = ({ programming: law, cell }, { seed }) => {
  const dose = (up: boolean) => {
    const { vFull, vScale } = directionOf(law, up);
    return Math.exp((evenAmplitude(law, cell, up) - vFull) / vScale);
  };
  const doses = { up: dose(true), down: dose(false) };
  const own = openStream(seed, 'device-to-device', 0);
  const pulses = cell.levels;
  return pulseResponseFigures({
    uses: [
      ...['cell.levels', 'cell.gMin', 'cell.gMax', 'cell.gUseMax'],
      ...['potentiation', 'depression', 'amplitude', 'cycleToCycle', 'deviceToDevice'].map(
        (field) => `programming.${field}`,
      ),
    ],
    about: `of ${evenAmplitude(law, cell, true).toPrecision(4)} V and ${evenAmplitude(law, cell, false).toPrecision(4)} V`,
    pulses,
    open(device) {
      own.seek(device);
      const gain = Math.exp(law.deviceToDevice * own.normal());
      const noise = openStream(seed, 'cycle-to-cycle', device);
      let g = cell.gMin;
      return (up) => {
        const drawn = gain * (up ? doses.up : doses.down) * (1 + law.cycleToCycle * noise.normal());
        g = conductanceAt(cell, afterDose(directionOf(law, up).gamma, crossed(cell, g, up), drawn), up);
        return g;
      };
    },
    law(up, down) {
      const width = cell.gMax - cell.gMin;
      const x = crossedBy(law.potentiation.gamma, 0, up * doses.up);
      return cell.gMax - width * crossedBy(law.depression.gamma, 1 - x, down * doses.down);
    },
  });
};

/** dx / dD = 1 - gamma x, solved. */
const crossedBy = (gamma: number, x: number, dose: number): number =>
  Math.min(1, gamma === 0 ? x + dose : 1 / gamma - (1 / gamma - x) * Math.exp(-gamma * dose));

/** What one level is off by is known at the next: errors do not add up, as those of identical pulses do. */
const predictedStaircase: SchemeExperiment<FeedforwardProgramming> = (
  { programming: law, cell },
  { seed },
): Figure[] => {
  const device = deviceOf(law, cell, seed);
  const step = levelStepOf(cell);
  const x = Array.from({ length: cell.levels }, (_, code) => code);
  // Of a pulse that moves the device by one step, and of the reading that it starts from.
  const rounding = (amplitudeStep(law.amplitude) / law.potentiation.vScale) ** 2 / 12;
  const sigma = Math.sqrt(
    (law.readNoise / step) ** 2 + law.cycleToCycle ** 2 * (1 + 1 / law.training.pulses) + rounding,
  );
  const ends = [0, cell.levels - 1];
  const sizes = (errors: readonly number[]) => errors.map((e) => Math.max(least, Math.abs(e)));
  return [
    {
      name: 'predicted-staircase',
      title: 'One device through all of its levels',
      about: `one pulse for each of ${cell.levels} levels, upwards: by predictions from a reading before each, after a training of this device; and by pulses that are all alike and would take it to the last level. Dashed: the standard deviation of predicted pulses in closed form`,
      uses: [
        'cell.levels',
        'cell.gMin',
        'cell.gMax',
        'cell.gUseMin',
        'cell.gUseMax',
        ...shapingFields({ programming: law }),
      ],
      plot: {
        form: 'chart',
        x: { name: 'level code', unit: '' },
        y: { name: 'distance from the level', unit: 'steps', scale: 'log' },
        series: [
          { name: 'predicted', drawn: 'dots', kind: 'measured', x, y: sizes(predicted(device).errors) },
          { name: 'identical', drawn: 'dots', kind: 'measured', x, y: sizes(identical(device).errors) },
          { name: 'closed form', drawn: 'line', kind: 'law', x: ends, y: ends.map(() => sigma) },
        ],
      },
    },
  ];
};

const convergence: SchemeExperiment<FeedforwardProgramming> = (target, { seed }) => {
  const { programming: law, cell } = target;
  return convergenceFigures({
    target,
    tolerance: law.tolerance,
    most: law.retries + 1,
    uses: ['cell.levels', 'cell.gMin', 'cell.gMax', 'cell.gUseMin', 'cell.gUseMax', ...shapingFields(target)],
    open: (pulses) => (rows, columns) =>
      openFeedforward(
        { ...target, programming: { ...law, unresponsive: 0, retries: pulses - 1 } },
        { rows, columns, hiddenBits: 0 },
        seed,
        0,
      ),
    law: (levels, pulses) =>
      rmsOf(
        levels.map((level) => {
          const { mean, variance } = predictedSpread({ ...law, retries: pulses - 1 }, cell, level);
          return (mean - level) ** 2 + variance;
        }),
      ),
  });
};

export const feedforwardExperiments = {
  'identical-pulses': potentiation,
  'predicted-pulses': predictedStaircase,
  convergence,
} as const;
