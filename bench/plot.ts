/** Measured values -> a plot as SVG, for a document. */
import * as echarts from 'echarts';

/** A value with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Series {
  readonly name: string;
  /** By category; undefined where nothing was measured. */
  readonly values: readonly (Estimate | undefined)[];
}

interface Axes {
  readonly title: string;
  /** Of the values. */
  readonly unit: string;
  readonly categories: readonly string[];
  /** Of the axis of values. */
  readonly scale: 'linear' | 'log';
}

export const width = 860;
const categoryHeight = 18;
const [above, below] = [74, 50];
/** Apart for every kind of sight (Okabe and Ito, 2008). */
export const colours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7'] as const;
export const font = { fontFamily: 'Helvetica, Arial, sans-serif', color: '#333' };

/** One line a category and series: a dot at the value, and a bar over its interval. Categories go from the top down. */
export function plotIntervals({ title, unit, categories, scale }: Axes, series: readonly Series[]): string {
  const lines = categories.length * (series.length + 1);
  return drawChart(above + lines * categoryHeight + below, {
    title: { text: title, left: 'center', top: 8, textStyle: { ...font, fontSize: 15 } },
    color: [...colours],
    legend: { top: 34, textStyle: font, show: series.length > 1 },
    grid: { left: 20, right: 40, top: above, bottom: below, containLabel: true },
    xAxis: {
      type: scale === 'log' ? 'log' : 'value',
      name: unit,
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: font,
      axisLabel: font,
    },
    yAxis: {
      type: 'category',
      data: [...categories],
      inverse: true,
      axisLabel: { ...font, width: 260, overflow: 'break' },
      axisTick: { show: false },
      splitLine: { show: true },
    },
    series: series.map(({ name, values }, own) => ({
      type: 'custom',
      name,
      data: values.flatMap((estimate, at) =>
        estimate ? [[estimate.value, at, estimate.low, estimate.high]] : [],
      ),
      encode: { x: [0, 2, 3], y: 1 },
      renderItem: (_: unknown, api: RenderApi) => shapeOf(api, own, series.length),
    })),
  });
}

/** A chart as SVG, on white. */
export function drawChart(height: number, options: object): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ animation: false, backgroundColor: '#fff', textStyle: font, ...options });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}

interface RenderApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  visual(name: string): string;
}

/** A dot with its interval; series of a category lie below each other. */
function shapeOf(api: RenderApi, own: number, count: number): object {
  const [value, category, low, high] = [0, 1, 2, 3].map((dimension) => api.value(dimension)) as [
    number,
    number,
    number,
    number,
  ];
  const shift = (own - (count - 1) / 2) * categoryHeight;
  const at = (x: number) => {
    const [left, top] = api.coord([x, category]);
    return { x: left, y: top + shift };
  };
  const [dot, from, to] = [at(value), at(low), at(high)];
  const color = api.visual('color');
  return {
    type: 'group',
    children: [
      {
        type: 'line',
        shape: { x1: from.x, y1: from.y, x2: to.x, y2: to.y },
        style: { stroke: color, lineWidth: 3, opacity: 0.45 },
      },
      { type: 'circle', shape: { cx: dot.x, cy: dot.y, r: 4.5 }, style: { fill: color } },
    ],
  };
}
