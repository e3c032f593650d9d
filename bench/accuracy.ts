/**
 * `npm run accuracy`: the table of docs/accuracy.md. Every row compiles a model, programs chips, and scores them beside floating
 * point on images that calibration has not seen, as if wires had no resistance (bench/conditions.ts reads through them).
 * Arguments are patterns that pick rows by their label.
 */
import { type Case, cases, isThere, labelOf, targetOf } from './accuracy-cases.ts';
import { tableArguments } from './arguments.ts';
import { markdownHeader, markdownRow } from './markdown.ts';
import { type Measured, measure } from './measure.ts';

const { picks, within } = tableArguments(process.argv.slice(2));
const headers = [
  ...['model', 'target', 'arrays', 'images', 'chips'],
  ...['floating point', 'integers', 'mapped', 'agreement', 'difference'],
];
process.stdout.write(markdownHeader(headers));
for (const item of cases.filter((one) => picks(labelOf(one))).map(within)) {
  if (!isThere(item)) continue;
  process.stdout.write(
    markdownRow(rowOf(item, await measure(withoutWires(item), { wires: 'off', layers: false }))),
  );
}

/** A mapping that makes up for wires errs where they have no resistance. */
function withoutWires(item: Case): Case {
  return { ...item, options: { wireCorrection: 'none', ...item.options } };
}

function rowOf(item: Case, { report, arrays }: Measured): string[] {
  const percent = (value: number | undefined) => (value === undefined ? '' : value.toFixed(2));
  const { mapped } = report;
  const change = mapped.difference;
  return [
    item.model,
    targetOf(item),
    arrays.toLocaleString('en'),
    report.data.images.toLocaleString('en'),
    String(item.trials),
    percent(report.float.top1),
    percent(report.ideal.top1),
    `${percent(mapped.top1?.mean)} ± ${percent(mapped.top1?.deviation ?? 0)}`,
    percent(mapped.agreement?.mean),
    change ? `${percent(change.points)} (${percent(change.low)} to ${percent(change.high)})` : '',
  ];
}
