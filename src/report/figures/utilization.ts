/** How full arrays are -> a drawing. */
import type { Chart, Drawing } from '../../figures/figure.ts';
import type { ArrayLook } from '../../inspect/inspect-package.ts';

export function utilizationDrawing(arrays: readonly ArrayLook[]): Drawing<Chart> {
  return {
    name: 'filled',
    title: 'How full the arrays are',
    about: 'Share of the cells of every array that lie in blocks of weights',
    plot: {
      form: 'chart',
      x: { name: 'array', unit: '', scale: 'whole' },
      y: { name: 'in blocks', unit: '%' },
      series: [
        {
          ...{ name: 'arrays', drawn: 'bars', kind: 'measured' },
          x: arrays.map(({ array }) => array),
          y: arrays.map(({ filled }) => 100 * filled),
        },
      ],
    },
  };
}
