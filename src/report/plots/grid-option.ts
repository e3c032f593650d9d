/** A grid of values -> the option of echarts that draws it as a map, with its scale beside it. */
import type { Grid } from '../../figures/figure.ts';
import { gridColours } from './palette.ts';
import { scaleOf } from './scale.ts';
import { axisStyle, font } from './style.ts';

const [above, below, left, right] = [52, 52, 84, 150];

export function gridOption({ x, y, value, xs, ys, rows }: Grid, plotHeight: number, height: number): object {
  const [across, down] = [scaleOf(x, xs), scaleOf(y, ys)];
  const scale = scaleOf(value, rows.flat());
  const data = rows.flatMap((row, i) => row.map((v, j) => [j, i, v / scale.unit]));
  const values = data.map(([, , v]) => v!);
  const [min, max] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const texts = (at: readonly number[], unit: number) =>
    at.map((v) => String(Number((v / unit).toPrecision(3))));
  return {
    grid: { outerBoundsMode: 'none', left, right, top: above, bottom: height - plotHeight + below },
    xAxis: { type: 'category', data: texts(xs, across.unit), ...axisStyle(across.label, 30) },
    yAxis: { type: 'category', inverse: true, data: texts(ys, down.unit), ...axisStyle(down.label, 50) },
    visualMap: {
      min,
      max: max > min ? max : min + 1,
      right: 14,
      top: above,
      itemHeight: plotHeight - above - below - 70,
      calculable: false,
      text: [`${scale.label}\n${short(max)}`, short(min)],
      textStyle: font,
      inRange: { color: [...gridColours] },
    },
    series: [{ type: 'heatmap', data, itemStyle: { borderWidth: 0 } }],
  };
}

const short = (value: number) => String(Number(value.toPrecision(3)));
