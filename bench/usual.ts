/** What networks lose on every target as it is read by default -> a short table, and its plot. */
import type { ReadingReport } from '../src/verify/report.ts';
import { markdownHeader, markdownRow } from './markdown.ts';
import { plotIntervals } from './plot.ts';

export interface UsualRow {
  readonly model: string;
  readonly target: string;
  /** Through wires, where the target has them, a second after programming. */
  readonly usual: ReadingReport['difference'];
}

/** Difference to floating point with its 95 % interval, in points. */
export function differenceText(change: ReadingReport['difference']): string {
  return change ? `${change.points.toFixed(1)} (${change.low.toFixed(1)} to ${change.high.toFixed(1)})` : '';
}

/** By target and model, what the usual reading loses. */
export function shortTable(all: readonly UsualRow[]): string {
  const names = unique(all.map(({ model }) => model));
  const lines = unique(all.map(({ target }) => target)).map((target) => [
    target,
    ...names.map((name) => differenceText(usualOf(all, target, name))),
  ]);
  return markdownHeader(['target', ...names]) + lines.map(markdownRow).join('');
}

export function plotUsual(all: readonly UsualRow[]): string {
  const targets = unique(all.map(({ target }) => target));
  const axes = {
    title: 'Programmed chips against floating point, 1 s after programming, through their wires',
    unit: 'points of top-1, with 95 % intervals',
    categories: targets.map((target) => target.replaceAll('`', '')),
    scale: 'linear',
  } as const;
  const series = unique(all.map(({ model }) => model)).map((name) => ({
    name,
    values: targets.map((target) => {
      const change = usualOf(all, target, name);
      return change && { value: change.points, low: change.low, high: change.high };
    }),
  }));
  return plotIntervals(axes, series);
}

function usualOf(all: readonly UsualRow[], target: string, model: string): UsualRow['usual'] {
  return all.find((row) => row.target === target && row.model === model)?.usual;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
