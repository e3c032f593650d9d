/**
 * `npm run accuracy`: the README's figures of accuracy. Every row compiles a model, programs chips, and scores them
 * beside floating point on images that calibration has not seen, as if wires had no resistance (bench/conditions.ts has
 * these). Arguments are patterns that pick rows by their label.
 */
import { existsSync } from 'node:fs';
import { formatTable } from '../src/report/table.ts';
import { type Case, cases, labelOf, targetOf } from './accuracy-cases.ts';
import { type Measured, measure } from './measure.ts';

const wanted = process.argv.slice(2);
const chosen = cases.filter((item) => wanted.every((pattern) => new RegExp(pattern).test(labelOf(item))));
const rows: string[][] = [];
for (const item of chosen) {
  if (!existsSync(item.file)) {
    process.stdout.write(`skipped: ${item.model} is not at ${item.file}; set CROSSLOOM_DATA\n`);
    continue;
  }
  // A mapping for wires is wrong where there are none.
  const options = { wireCorrection: 'none', ...item.options } as const;
  rows.push(rowOf(item, await measure({ ...item, options }, { wires: 'off' })));
  process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
}
const headers = [
  'model',
  'target',
  'arrays',
  'images',
  'chips',
  'float',
  'integers',
  'mapped',
  'agreement',
  'difference, 95 %',
];
process.stdout.write(
  `${formatTable(
    headers.map((header) => ({ header })),
    rows,
  )}\n`,
);

function rowOf(item: Case, { report, arrays }: Measured): string[] {
  const percent = (value: number | undefined) => (value === undefined ? '' : value.toFixed(2));
  const { mapped } = report;
  const change = mapped.difference;
  return [
    item.model,
    targetOf(item),
    String(arrays),
    String(report.data.images),
    String(item.trials),
    percent(report.float.top1),
    percent(report.ideal.top1),
    `${percent(mapped.top1?.mean)} +- ${percent(mapped.top1?.deviation ?? 0)}`,
    percent(mapped.agreement?.mean),
    change ? `${percent(change.points)} (${percent(change.low)} to ${percent(change.high)})` : '',
  ];
}
