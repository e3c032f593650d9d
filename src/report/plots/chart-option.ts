/** A chart -> the option of echarts that draws it: bands below, lines and dots above; laws are dashed. */
import type { Axis, Chart, Series } from '../../figures/figure.ts';
import { palette, seriesColours } from './palette.ts';
import { type Scale, scaleOf } from './scale.ts';
import { axisStyle, font } from './style.ts';

/** Around the area of a plot, in pixels; what is above it has room for a title and the legend. */
export interface Margins {
  readonly above: number;
  readonly below: number;
  readonly left: number;
  readonly right: number;
  /** Between the labels of the upright axis and its name. */
  readonly nameGap: number;
}

const titled: Margins = { above: 74, below: 52, left: 84, right: 30, nameGap: 58 };

/** @param margins of a plot without title and legend; absent: it has both */
export function chartOption(
  { x, y, series }: Chart,
  plotHeight: number,
  height: number,
  margins?: Margins,
): object {
  const { above, below, left, right, nameGap } = margins ?? titled;
  const [across, up] = [
    scaleOf(
      x,
      series.flatMap((one) => one.x),
    ),
    scaleOf(
      y,
      series.flatMap((one) => [...one.y, ...(one.low ?? []), ...(one.high ?? [])]),
    ),
  ];
  const scales = { across, up };
  return {
    color: [...seriesColours],
    legend: {
      top: 38,
      left: 18,
      right: 18,
      textStyle: font,
      itemHeight: 9,
      show: !margins && series.length > 1,
      data: [...new Map(series.map((one) => [one.name, legendOf(one)])).values()],
    },
    grid: { outerBoundsMode: 'none', left, right, top: above, bottom: height - plotHeight + below },
    xAxis: {
      ...axisOf(x),
      ...axisStyle(across.label, 30, x.scale),
      ...rangeOf(x, series, across),
      ...endsOf(x, across),
    },
    yAxis: {
      ...axisOf(y),
      ...axisStyle(up.label, nameGap, y.scale),
      ...fromNothing(series),
      ...endsOf(y, up),
    },
    series: series.flatMap((one, place) => [
      ...(one.low && one.high ? [intervalsOf(one, place, scales, series)] : []),
      drawnAs(one, place, scales, series),
    ]),
  };
}

/** Lines without the dot that echarts puts on them. */
const legendOf = ({ name, drawn }: Series): object =>
  drawn === 'line' || drawn === 'steps' ? { name, icon: 'path://M0,3h24v2h-24z' } : { name };

interface Scales {
  readonly across: Scale;
  readonly up: Scale;
}

function axisOf({ scale }: Axis): object {
  if (scale === 'log') return { type: 'log', minorTick: { show: true } };
  return { type: 'value', scale: true, ...(scale === 'whole' && { minInterval: 1 }) };
}

/** Given ends go outwards to round numbers, at which labels stand. */
function endsOf({ range, scale }: Axis, { unit }: Scale): object {
  if (!range) return {};
  const [from, to] = range.map((end) => end / unit) as [number, number];
  if (scale === 'log') return { min: from, max: to };
  const rough = (to - from) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = power * [1, 2, 5, 10].find((times) => times * power >= rough)!;
  return { min: interval * Math.floor(from / interval), max: interval * Math.ceil(to / interval), interval };
}

/** Bars are compared by their length. */
const fromNothing = (series: readonly Series[]): object =>
  series.some(({ drawn }) => drawn === 'bars') ? { scale: false } : {};

/** Data fill the width: round ends of an axis would leave it empty. */
function rangeOf({ scale }: Axis, series: readonly Series[], { unit }: Scale): object {
  const bars = series.find(({ drawn }) => drawn === 'bars');
  const all = series.flatMap((one) => one.x).filter(Number.isFinite);
  const [min, max] = [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))];
  if (max === min) return {};
  if (scale === 'log') return { min: min / unit, max: max / unit };
  const whiskers = series.some(({ drawn, low }) => drawn === 'dots' && low !== undefined);
  const margin = bars ? (max - min) / bars.x.length / 2 : whiskers ? (max - min) / 20 : 0;
  return { min: (min - margin) / unit, max: (max + margin) / unit };
}

export const colourOf = ({ colour }: Series, place: number) =>
  seriesColours[(colour ?? place) % seriesColours.length]!;

function pointsOf(xs: readonly number[], ys: readonly number[], { across, up }: Scales): number[][] {
  return xs.map((x, i) => [x / across.unit, ys[i]! / up.unit]);
}

function drawnAs(one: Series, place: number, scales: Scales, all: readonly Series[]): object {
  const { name, drawn, kind, x, y } = one;
  const law = kind === 'law';
  // A law beside several series has the colour of each; one alone is drawn in ink.
  const ink = law && all.filter((other) => other.kind === 'law').length === 1;
  const color = ink ? palette.ink.day : colourOf(one, place);
  const data = pointsOf(x, y, scales);
  const common = { name, data, z: law ? 4 : 3, itemStyle: { color } };
  if (drawn === 'bars') return { ...common, type: 'bar', barWidth: '92%' };
  if (drawn === 'dots') return { ...common, type: 'scatter', symbolSize: data.length > 150 ? 3 : 5 };
  return {
    ...common,
    type: 'line',
    showSymbol: false,
    symbol: 'none',
    ...(drawn === 'steps' && { step: 'end' }),
    lineStyle: { color, width: law ? 1.6 : 1.4, type: law ? [6, 4] : 'solid' },
  };
}

type Point = [x: number, y: number];

interface RenderParams {
  readonly dataIndex: number;
  /** The plot, in pixels. */
  readonly coordSys: { readonly y: number; readonly height: number };
}

interface RenderApi {
  coord(point: readonly number[]): Point;
}

/** A band; whiskers where dots have none between them, or where bands of many series would hide each other. */
function intervalsOf(one: Series, place: number, scales: Scales, all: readonly Series[]): object {
  const banded = all.filter(({ low }) => low !== undefined);
  if (one.drawn !== 'dots' && banded.length <= mostBands) return bandOf(one, place, scales);
  const aside = whiskerPitch * (banded.indexOf(one) - (banded.length - 1) / 2);
  return whiskersOf(one, colourOf(one, place), scales, aside);
}

/** Series whose bands still tell them apart. */
const mostBands = 3;
/** Pixels between the whiskers of two series at one place. */
const whiskerPitch = 4;

/** A line from `low` to `high` at every point, so many pixels aside, for those of other series to stand beside it. */
function whiskersOf(one: Series, color: string, scales: Scales, aside: number): object {
  const ends = [one.low!, one.high!].map((values) => pointsOf(one.x, values, scales));
  return {
    type: 'custom',
    name: one.name,
    data: ends[1],
    // Those aside of the first and the last place stand beyond the axis.
    clip: false,
    z: 2,
    itemStyle: { color },
    renderItem: ({ dataIndex, coordSys: { y: top, height } }: RenderParams, api: RenderApi) => {
      const within = (y: number) => Math.min(top + height, Math.max(top, y));
      const [[x, from], [, to]] = ends.map((points) => api.coord(points[dataIndex]!)) as [Point, Point];
      const shape = { x1: x + aside, y1: within(from), x2: x + aside, y2: within(to) };
      return { type: 'line', shape, style: { stroke: color, lineWidth: 1.4, opacity: 0.8 } };
    },
  };
}

/** One polygon along `high` and back along `low`. */
function bandOf(one: Series, place: number, scales: Scales): object {
  const up = pointsOf(one.x, one.high!, scales);
  const back = pointsOf(one.x, one.low!, scales).reverse();
  const outline = [...up, ...back];
  return {
    type: 'custom',
    name: one.name,
    data: outline,
    clip: true,
    z: 2,
    itemStyle: { color: colourOf(one, place) },
    renderItem: (params: { readonly dataIndex: number }, api: RenderApi) =>
      params.dataIndex > 0
        ? undefined
        : {
            type: 'polygon',
            shape: { points: outline.map((point) => api.coord(point)) },
            style: { fill: colourOf(one, place), opacity: 0.22 },
          },
  };
}
