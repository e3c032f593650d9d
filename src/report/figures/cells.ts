/** What the cells of a chip conduct -> drawings: conductances that were aimed at and reached, and errors. */
import type { Chart, Drawing, Series } from '../../figures/figure.ts';
import type { Histogram } from '../../inspect/histogram.ts';
import type { CellsLook } from '../../inspect/look-at-cells.ts';
import { formatCount } from '../number.ts';

const centres = ({ from, step, counts }: Histogram) => counts.map((_, i) => from + (i + 0.5) * step);
const totalOf = ({ counts }: Histogram) => counts.reduce((sum, count) => sum + count, 0);

const share = { name: 'share of the cells', unit: '%' } as const;
/** Of a logarithmic axis: half of all cells hold nothing, and the others would not be seen beside them (%). */
const lowest = 0.001;

/** Bins as steps, each from its lower end on. */
const outline = (name: string, histogram: Histogram): Series => {
  const { from, step, counts } = histogram;
  const shares = counts.map((count) => Math.max(lowest, (100 * count) / totalOf(histogram)));
  return {
    ...{ name, drawn: 'steps', kind: 'measured' },
    x: [...shares, 0].map((_, i) => from + i * step),
    y: [...shares, shares.at(-1)!],
  };
};

/** Nothing where no cell is told a level, as on chips with hidden planes. */
export function conductanceDrawings({ targets, programmed, errors }: CellsLook): readonly Drawing<Chart>[] {
  const cells = totalOf(targets);
  if (cells === 0) return [];
  const told = `${formatCount(cells)} cells that are told a level`;
  const conductances: Drawing<Chart> = {
    name: 'conductances',
    title: programmed ? 'Conductances, aimed at and programmed' : 'Conductances aimed at',
    about: `${told}, in bins of a level step, or wider ones where levels are many${programmed ? '; what lies beyond an end of the axis counts in its bin' : ''}; shares below ${lowest} % are drawn there`,
    plot: {
      form: 'chart',
      x: { name: 'conductance', unit: 'S' },
      y: { ...share, scale: 'log', range: [lowest, 100] },
      series: [outline('aimed at', targets), ...(programmed ? [outline('programmed', programmed)] : [])],
    },
  };
  return errors ? [conductances, errorDrawing(errors, told)] : [conductances];
}

function errorDrawing(errors: Histogram, told: string): Drawing<Chart> {
  const cells = totalOf(errors);
  return {
    name: 'errors',
    title: 'Errors of programming',
    about: `${told}: what they conduct right after they were written, less their level; the end bins have all that lies beyond`,
    plot: {
      form: 'chart',
      x: { name: 'error', unit: 'S' },
      y: share,
      series: [
        {
          ...{ name: 'cells', drawn: 'bars', kind: 'measured' },
          x: centres(errors),
          y: errors.counts.map((count) => (100 * count) / cells),
        },
      ],
    },
  };
}
