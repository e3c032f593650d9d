/** How devices change with time, beside the mean and the spread of a law. */
import type { Figure } from '../../figures/figure.ts';
import { evenlyInLog } from '../../math/statistics.ts';
import { thinned } from '../thinned.ts';
import type { Ageing } from './ageing.ts';

/** @param law mean of the change and its standard deviation at a time (uS) */
export function ageingFigure(
  name: string,
  devices: readonly Ageing[],
  law: (time: number) => { readonly mean: number; readonly sigma: number },
): Figure {
  const points = devices.flatMap(({ g, times, readings }) =>
    times.map((time, i) => ({ time, change: readings[i]! - g })),
  );
  const { shown, note } = thinned(points);
  const all = points.map(({ time }) => time);
  const times = evenlyInLog(
    all.reduce((a, b) => Math.min(a, b)),
    all.reduce((a, b) => Math.max(a, b)),
    80,
  );
  const told = times.map(law);
  return {
    name: 'ageing',
    title: `Change after programming, and the law of ${name}`,
    about: `${points.length} readings of ${devices.length} devices${note}; line and band: mean and standard deviation of the law at the mean conductance`,
    uses: [],
    plot: {
      form: 'chart',
      x: { name: 'time after programming', unit: 's', scale: 'log' },
      y: { name: 'change of conductance', unit: 'S' },
      series: [
        {
          name: 'readings',
          drawn: 'dots',
          kind: 'measured',
          x: shown.map(({ time }) => time),
          y: shown.map(({ change }) => change * 1e-6),
        },
        {
          name: 'law',
          drawn: 'line',
          kind: 'law',
          x: times,
          y: told.map(({ mean }) => mean * 1e-6),
          low: told.map(({ mean, sigma }) => (mean - sigma) * 1e-6),
          high: told.map(({ mean, sigma }) => (mean + sigma) * 1e-6),
        },
      ],
    },
  };
}
