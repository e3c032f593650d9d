/** Pairs of measured values -> a plot of points as SVG, for a document. */
import { colours, drawChart, font } from './plot.ts';

export interface Cloud {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

interface Axis {
  readonly name: string;
  readonly scale: 'value' | 'log';
}

/** Another for every cloud, so that colours are not all that tells them apart. */
const symbols = ['circle', 'triangle', 'rect', 'diamond'];

export function plotClouds(
  { title, x, y }: { readonly title: string; readonly x: Axis; readonly y: Axis },
  clouds: readonly Cloud[],
): string {
  const axis = ({ name, scale }: Axis, nameGap: number) => ({
    ...{ type: scale, name, nameLocation: 'middle', nameGap, nameTextStyle: font, axisLabel: font },
    // Not from 0 on.
    scale: true,
    axisLine: { onZero: false, show: true },
  });
  return drawChart(420, {
    title: { text: title, left: 'center', top: 8, textStyle: { ...font, fontSize: 15 } },
    color: [...colours],
    legend: { top: 34, textStyle: font },
    grid: { left: 70, right: 40, top: 74, bottom: 56 },
    xAxis: axis(x, 28),
    yAxis: axis(y, 44),
    series: clouds.map(({ name, points }, n) => ({
      ...{ type: 'scatter', name, data: points, symbol: symbols[n], symbolSize: 11 },
    })),
  });
}
