/** Steps of write loops by their distance, beside the mean step of a law. */
import type { Figure } from '../../figures/figure.ts';
import { evenly } from '../../math/statistics.ts';
import { thinned } from '../thinned.ts';
import type { LoopDevice } from './loops.ts';

export function loopFigure(
  devices: readonly LoopDevice[],
  { stepGain, minStep }: { readonly stepGain: number; readonly minStep: number },
): Figure {
  const steps = devices.flatMap(({ loops }) =>
    loops.flatMap(({ target, readings }) =>
      readings.slice(1).map((g, i) => {
        const distance = target - readings[i]!;
        return { distance: Math.abs(distance), step: (g - readings[i]!) * Math.sign(distance) };
      }),
    ),
  );
  const { shown, note } = thinned(steps);
  const furthest = steps.reduce((a, { distance }) => Math.max(a, distance), 0);
  const distances = evenly(0, furthest, 60);
  return {
    name: 'loops',
    title: 'Steps of write loops by the distance that was read, and the mean step of the law',
    about: `${steps.length} pulses of ${devices.length} devices${note}`,
    uses: [],
    plot: {
      form: 'chart',
      x: { name: 'distance from the target', unit: 'S' },
      y: { name: 'step towards it', unit: 'S' },
      series: [
        {
          name: 'pulses',
          colour: 0,
          drawn: 'dots',
          kind: 'measured',
          x: shown.map(({ distance }) => distance * 1e-6),
          y: shown.map(({ step }) => step * 1e-6),
        },
        {
          name: 'law',
          colour: 1,
          drawn: 'line',
          kind: 'law',
          x: distances.map((distance) => distance * 1e-6),
          y: distances.map((distance) => Math.max(minStep, stepGain * distance) * 1e-6),
        },
      ],
    },
  };
}
