/** A chart -> its picture twice, for wide pages and for phones, without title and legend: these are text of the page. */
import type { Chart, Drawing } from '../../figures/figure.ts';
import { chartOption, colourOf, type Margins } from './chart-option.ts';
import { render } from './draw-figure.ts';
import { inPageColours, palette } from './palette.ts';
import { width } from './style.ts';

interface Size {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly margins: Margins;
}

const sizes: readonly Size[] = [
  { name: 'wide', width, height: 330, margins: { above: 14, below: 50, left: 78, right: 24, nameGap: 54 } },
  {
    name: 'narrow',
    width: 328,
    height: 260,
    margins: { above: 14, below: 50, left: 74, right: 14, nameGap: 50 },
  },
];

/** @returns SVG of every size, with the class of that name, in the colours of the page around it */
export function drawPlot({ name, title, plot }: Drawing<Chart>): string {
  return sizes
    .map((size) => {
      const { width, height, margins } = size;
      const svg = render(`${name}-${size.name}`, width, height, chartOption(plot, height, height, margins));
      return inPageColours(svg).replace(
        '<svg ',
        `<svg class="${size.name}" role="img" aria-label="${title.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}" `,
      );
    })
    .join('\n');
}

interface LegendEntry {
  readonly name: string;
  /** Of the page. */
  readonly colour: string;
}

/** One entry for every name; none where there is one series. */
export function legendOf({ series }: Chart): readonly LegendEntry[] {
  if (series.length < 2) return [];
  const laws = series.filter(({ kind }) => kind === 'law').length;
  const entries = series.map((one, place): [string, string] => {
    const colour = one.kind === 'law' && laws === 1 ? palette.ink.day : colourOf(one, place);
    return [one.name, inPageColours(`"${colour}"`).slice(1, -1)];
  });
  return [...new Map(entries)].map(([name, colour]) => ({ name, colour }));
}
