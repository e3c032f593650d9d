/** A drawing -> its picture in a page, with legend, what was done, and its numbers as a table. */
import type { Axis, Chart, Drawing } from '../../figures/figure.ts';
import { drawPlot, legendOf } from '../plots/draw-plot.ts';
import { escaped, htmlTable } from './html.ts';

export function htmlDrawing(drawing: Drawing<Chart>): string {
  const { name, title, about, plot } = drawing;
  const legend = legendOf(plot)
    .map(
      ({ name: of, colour }) =>
        `<li><span class="swatch" style="background:${colour}"></span>${escaped(of)}</li>`,
    )
    .join('');
  return `<figure id="${name}">
<h3>${escaped(title)}</h3>
${legend && `<ul class="legend">${legend}</ul>`}
<div class="plot">${drawPlot(drawing)}</div>
<figcaption><p>${escaped(about)}.</p>
<details><summary>Numbers of this picture</summary>${numbersOf(title, plot)}</details></figcaption>
</figure>`;
}

const headOf = ({ name, unit }: Axis) => (unit === '' ? name : `${name} (${unit})`);

function numbersOf(title: string, { x, y, series }: Chart): string {
  const banded = series.some(({ low }) => low);
  const number = (value: number | undefined) =>
    value === undefined ? '' : { text: String(Number(value.toPrecision(5))), value };
  return htmlTable({
    caption: `${title}: numbers`,
    columns: ['series', headOf(x), headOf(y), ...(banded ? ['from', 'to'] : [])],
    rows: series.flatMap((one) =>
      one.x.map((at, i) => [
        one.name,
        number(at),
        number(one.y[i]),
        ...(banded ? [number(one.low?.[i]), number(one.high?.[i])] : []),
      ]),
    ),
  });
}
