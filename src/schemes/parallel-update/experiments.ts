/**
 * Cells that parallel updates step, on a bench: what half-selecting pulses do to cells at both ends of the window, beside the law
 * of the mean device. Level codes are programmed by identical pulses, and have the experiments of these.
 */
import type { Series } from '../../figures/figure.ts';
import { evenlyInLog, quantileOf } from '../../math/statistics.ts';
import { pulseVerifyExperiments } from '../pulse-verify/experiments.ts';
import { afterPulses } from '../pulse-verify/mean-device.ts';
import { pulseLawOf } from '../pulse-verify/steps/law-of.ts';
import type { SchemeExperiment } from '../scheme.ts';
import type { ParallelUpdateProgramming } from './parameters.ts';
import { givenTrains } from './trains.ts';
import { openUpdatedArray } from './updated-array.ts';

/** Cells, all of whose columns pulse; slots of an update, and the pulses of all of them. */
const shape = { rows: 8, columns: 25 } as const;
const [slots, fewest, most] = [32, 1000, 1_000_000];

const updateDisturb: SchemeExperiment<ParallelUpdateProgramming> = ({ programming, cell }, { seed }) => {
  const { update, pulse } = programming;
  const law = pulseLawOf(pulse);
  const counts = [...new Set(evenlyInLog(fewest / slots, most / slots, 25).map(Math.round))];
  const ends = [
    { name: 'up from the lowest', up: true, from: law.boundMin, ratio: update.disturbUp },
    { name: 'down from the highest', up: false, from: law.boundMax, ratio: update.disturbDown },
  ].filter(({ ratio }) => ratio > 0);
  if (ends.length === 0) return [];
  const series = ends.flatMap(({ name, up, from, ratio }, colour): Series[] => {
    const array = openUpdatedArray(programming, cell, shape, seed, colour);
    const { w, bounds, stride } = array.cells;
    // Every device at its own end.
    const start = (up ? bounds.down : bounds.up).slice();
    w.set(start);
    const given = {
      ...{ length: slots, vSet: update.vSet, vReset: update.vReset, row: 0, column: 0 },
      bias: 'half',
      rows: givenTrains(new Uint32Array(shape.rows), up ? 1 : -1),
      columns: givenTrains(new Uint32Array(shape.columns).fill(2 ** slots - 1), 1),
    } as const;
    let number = 0;
    const seen = counts.map((updates) => {
      while (number < updates) array.update(given, number++);
      array.settle();
      const change = Array.from({ length: shape.rows }, (_, row) =>
        [...w.subarray(row * stride, row * stride + shape.columns)].map(
          (state, column) => (state - start[row * stride + column]!) / law.stepSize,
        ),
      );
      return Float64Array.from(change.flat()).sort();
    });
    const x = counts.map((updates) => slots * updates);
    const at = (share: number) => seen.map((all) => quantileOf(all, share));
    // A pulse of a share of a step is a step of a device whose steps are as small.
    const gentle = { ...law, stepSize: ratio * law.stepSize };
    return [
      { name, drawn: 'dots', kind: 'measured', colour, x, y: at(0.5), low: at(0.1), high: at(0.9) },
      {
        ...{ name: 'closed form', drawn: 'line', kind: 'law', colour, x },
        y: x.map((pulses) => ((afterPulses(gentle, from, up, pulses) ?? from) - from) / law.stepSize),
      },
    ];
  });
  return [
    {
      name: 'update-disturb',
      title: 'Half-select disturb of parallel updates',
      about: `${shape.rows * shape.columns} cells, each at either end of its own window, whose columns have so many pulses of half the voltage: median change with a band from the 10 % to the 90 % quantile, in steps of the mean device in the middle. Dashed: the mean device in closed form`,
      uses: [
        ...['disturbUp', 'disturbDown', 'disturbSpread'].map((field) => `programming.update.${field}`),
        'programming.pulse',
      ],
      plot: {
        form: 'chart',
        x: { name: 'half-select pulses', unit: '', scale: 'log' },
        y: { name: 'change', unit: 'steps' },
        series,
      },
    },
  ];
};

export const parallelUpdateExperiments = {
  ...pulseVerifyExperiments,
  'half-select by updates': updateDisturb,
} as const;
