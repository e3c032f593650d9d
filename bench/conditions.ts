/**
 * `npm run conditions`: what becomes of programmed networks under the conditions that a target has: with read noise, one
 * second and one day after programming, as if wires had no resistance and through them. Arguments are patterns that pick
 * rows by model and target.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installRoot } from '../src/files/install-root.ts';
import { formatTable } from '../src/report/table.ts';
import type { VerifyOptions } from '../src/verify/options.ts';
import type { ReadingReport } from '../src/verify/report.ts';
import { type Case, keywords, labelOf, mobilenetV2, on, resnet20, targetOf } from './accuracy-cases.ts';
import { type Measured, measure } from './measure.ts';

const second = 1;
const day = 86_400;

interface Condition extends Pick<Case, 'target' | 'note' | 'options'> {
  readonly compensate?: VerifyOptions['compensate'];
}

const asPublished = readdirSync(join(installRoot(), 'targets')).map((file) => file.replace(/\.yaml$/, ''));
const conditions: readonly Condition[] = [
  // As if wires had no resistance, too: a mapping for wires is wrong there.
  ...asPublished.map((target) => ({ target, options: { wireCorrection: 'none' } as const })),
  {
    target: 'tetramem-256-6bit',
    note: 'corrected levels, rows by magnitude, a tenth of the window',
    options: { wireCorrection: 'levels', rowOrder: 'magnitude', window: 0.1 },
  },
  {
    target: 'pcm-256',
    note: 'one factor against drift',
    options: { wireCorrection: 'none' },
    compensate: 'global',
  },
];
const models = [
  { ...mobilenetV2, images: 120, trials: 1 },
  { ...resnet20, images: 500, trials: 3 },
  { ...keywords, images: 500, trials: 3 },
];
const wanted = process.argv.slice(2);
const rows: string[][] = [];
for (const { trials, ...model } of models) {
  for (const { compensate = 'none', ...condition } of conditions) {
    const label = labelOf({ model: model.model, ...condition });
    if (!wanted.every((pattern) => new RegExp(pattern).test(label))) continue;
    if (!existsSync(model.file)) {
      process.stdout.write(`skipped: ${model.model} is not at ${model.file}; set CROSSLOOM_DATA\n`);
      continue;
    }
    const { target } = condition;
    const item = on(model, target, { ...condition, trials: target === 'ideal' ? 1 : trials });
    rows.push(rowOf(item, await measure(item, { at: [second, day], compensate })));
    process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
  }
}
const headers = [
  ...['model', 'target', 'arrays', 'chips needed', 'images', 'chips measured', 'float'],
  ...['1 s', '1 d', '1 s, wires', '1 d, wires'],
];
process.stdout.write(
  `${formatTable(
    headers.map((header) => ({ header })),
    rows,
  )}\n`,
);

function rowOf(item: ReturnType<typeof on>, { report, arrays, hardware }: Measured): string[] {
  const reading = (at: number, wires: boolean) =>
    cell(report.readings.find((one) => one.at === at && one.wires === wires));
  return [
    item.model,
    targetOf(item),
    ...[arrays, hardware, report.data.images, report.trials.length].map(String),
    report.float.top1!.toFixed(1),
    ...[false, true].flatMap((wires) => [second, day].map((at) => reading(at, wires))),
  ];
}

/** Difference to floating point with its 95 % interval, in points. */
function cell(reading: ReadingReport | undefined): string {
  const change = reading?.difference;
  if (!change) return '';
  return `${change.points.toFixed(1)} (${change.low.toFixed(1)} to ${change.high.toFixed(1)})`;
}
