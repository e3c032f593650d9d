/**
 * `npm run conditions`: what becomes of programmed networks under the conditions that a target has: with read noise, one
 * second and one day after programming, as if wires had no resistance and through them, each with the mapping that the
 * compiler makes for it. Arguments are patterns that pick rows by model and target; `--svg FILE` plots what is read
 * through wires after a second, which is also the short table at the end.
 */
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installRoot } from '../src/files/install-root.ts';
import type { VerifyOptions } from '../src/verify/options.ts';
import type { ReadingReport } from '../src/verify/report.ts';
import { type Case, keywords, labelOf, mobilenetV2, on, resnet20, targetOf } from './accuracy-cases.ts';
import { tableArguments } from './arguments.ts';
import { markdownHeader, markdownRow } from './markdown.ts';
import { measure } from './measure.ts';
import { plotIntervals } from './plot.ts';

const second = 1;
const day = 86_400;
const times = [second, day];

interface Condition extends Pick<Case, 'target' | 'note'> {
  readonly compensate?: VerifyOptions['compensate'];
}

const asPublished = readdirSync(join(installRoot(), 'targets')).map((file) => file.replace(/\.yaml$/, ''));
const conditions: readonly Condition[] = [
  ...asPublished.map((target) => ({ target })),
  { target: 'pcm-256', note: 'one factor against drift', compensate: 'global' },
];
const models = [
  { ...mobilenetV2, images: 120, trials: 1 },
  { ...resnet20, images: 500, trials: 3 },
  { ...keywords, images: 500, trials: 3 },
];

type Model = (typeof models)[number];

interface Row {
  readonly model: string;
  readonly target: string;
  readonly cells: readonly string[];
  /** Through wires, where the target has them, a second after programming. */
  readonly usual: ReadingReport['difference'];
}

const { svg, picks } = tableArguments(process.argv.slice(2));
process.stdout.write(
  markdownHeader([
    ...['model', 'target', 'arrays', 'chips needed', 'images', 'chips measured', 'float'],
    ...['1 s', '1 d', '1 s, wires', '1 d, wires'],
  ]),
);
const rows: Row[] = [];
for (const model of models) {
  for (const condition of conditions.filter((one) => picks(labelOf({ model: model.model, ...one })))) {
    if (!existsSync(model.file)) {
      process.stderr.write(`skipped: ${model.model} is not at ${model.file}; set CROSSLOOM_DATA\n`);
      continue;
    }
    const row = await measureRow(model, condition);
    rows.push(row);
    process.stdout.write(markdownRow(row.cells));
  }
}
process.stdout.write(`\n${shortTable(rows)}`);
if (svg !== undefined) await writeFile(svg, plotOf(rows));

async function measureRow(
  { trials, ...model }: Model,
  { compensate = 'none', ...condition }: Condition,
): Promise<Row> {
  const item = on(model, condition.target, {
    ...condition,
    trials: condition.target === 'ideal' ? 1 : trials,
  });
  const plain = { ...item, options: { wireCorrection: 'none' } as const };
  const off = await measure(plain, { at: times, compensate, wires: 'off' });
  const wired = off.wires ? await measure(item, { at: times, compensate, wires: 'on' }) : undefined;
  const { report, arrays, hardware } = wired ?? off;
  const readings = [...off.report.readings, ...(wired?.report.readings ?? [])];
  const reading = (at: number, wires: boolean) =>
    readings.find((one) => one.at === at && one.wires === wires)?.difference;
  return {
    model: item.model,
    target: targetOf(item),
    usual: reading(second, wired !== undefined),
    cells: [
      item.model,
      targetOf(item),
      ...[arrays, hardware, report.data.images, report.trials.length].map((count) =>
        count.toLocaleString('en'),
      ),
      report.float.top1!.toFixed(1),
      ...[false, true].flatMap((wires) => times.map((at) => textOf(reading(at, wires)))),
    ],
  };
}

/** Difference to floating point with its 95 % interval, in points. */
function textOf(change: ReadingReport['difference']): string {
  return change ? `${change.points.toFixed(1)} (${change.low.toFixed(1)} to ${change.high.toFixed(1)})` : '';
}

/** By target and model, what the usual reading loses. */
function shortTable(all: readonly Row[]): string {
  const names = unique(all.map(({ model }) => model));
  const lines = unique(all.map(({ target }) => target)).map((target) => [
    target,
    ...names.map((name) => textOf(usualOf(all, target, name))),
  ]);
  return markdownHeader(['target', ...names]) + lines.map(markdownRow).join('');
}

function plotOf(all: readonly Row[]): string {
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

function usualOf(all: readonly Row[], target: string, model: string): Row['usual'] {
  return all.find((row) => row.target === target && row.model === model)?.usual;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
