/** What a network loses on a target, a second and a day after programming -> a row of the table, and a plot of all. */
import type { ReadingReport } from '../src/verify/report.ts';
import { plotIntervals } from './plot.ts';

export interface ConditionRow {
  readonly model: string;
  readonly target: string;
  readonly arrays: number;
  readonly images: number;
  readonly chips: number;
  /** Largest share of the network's multiplications that corrections of a chip make digitally. */
  readonly digital: number;
  /** Top-1 of floating point, percent. */
  readonly float: number;
  readonly second: ReadingReport;
  readonly day: ReadingReport;
}

export const conditionHeader = [
  ...['model', 'target', 'arrays', 'digital', 'images', 'chips', 'float'],
  ...['1 s', 'agreement', '1 d', 'agreement'],
];

/** In the order of the header. */
export function conditionTexts({ model, target, second, day, ...row }: ConditionRow): string[] {
  return [
    model,
    `\`${target}\``,
    row.arrays.toLocaleString('en'),
    `${(100 * row.digital).toFixed(1)} %`,
    ...[row.images, row.chips].map((count) => count.toLocaleString('en')),
    row.float.toFixed(1),
    ...[second, day].flatMap(({ difference, agreement }) => [
      differenceText(difference),
      agreement ? agreement.mean.toFixed(1) : '',
    ]),
  ];
}

/** Difference to floating point with its 95 % interval, in points. */
function differenceText(change: ReadingReport['difference']): string {
  return change ? `${change.points.toFixed(1)} (${change.low.toFixed(1)} to ${change.high.toFixed(1)})` : '';
}

/** By target and model, what is lost after a second. */
export function plotConditions(rows: readonly ConditionRow[]): string {
  const targets = unique(rows.map(({ target }) => target));
  const axes = {
    title: 'Programmed chips against floating point, 1 s after programming, through their wires',
    unit: 'points of top-1, with 95 % intervals',
    categories: targets,
    scale: 'linear',
  } as const;
  const series = unique(rows.map(({ model }) => model)).map((name) => ({
    name,
    values: targets.map((target) => {
      const change = rows.find((row) => row.target === target && row.model === name)?.second.difference;
      return change && { value: change.points, low: change.low, high: change.high };
    }),
  }));
  return plotIntervals(axes, series);
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
