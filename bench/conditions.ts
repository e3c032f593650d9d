/**
 * `npm run conditions`: what becomes of programmed networks under the conditions that a target has: with read noise, one
 * second and one day after programming, as if wires had no resistance and through them, each with the mapping that the
 * compiler makes for it. Arguments are patterns that pick rows by model and target.
 */
import { bundledTargets } from '../src/target/load.ts';
import type { VerifyOptions } from '../src/verify/options.ts';
import {
  type Case,
  isThere,
  keywords,
  labelOf,
  mobilenetV2,
  on,
  resnet20,
  targetOf,
} from './accuracy-cases.ts';
import { tableArguments } from './arguments.ts';
import { markdownHeader, markdownRow } from './markdown.ts';
import { measure } from './measure.ts';
import { differenceText } from './usual.ts';

const second = 1;
const day = 86_400;
const times = [second, day];

interface Condition extends Pick<Case, 'target' | 'note'> {
  readonly compensate?: VerifyOptions['compensate'];
}

const conditions: readonly Condition[] = [
  ...(await bundledTargets()).map((target) => ({ target })),
  { target: 'pcm-256', note: 'one factor against drift', compensate: 'global' },
];
const models = [
  { ...mobilenetV2, images: 120, trials: 1 },
  { ...resnet20, images: 500, trials: 3 },
  { ...keywords, images: 500, trials: 3 },
];

type Model = (typeof models)[number];

const { picks } = tableArguments(process.argv.slice(2));
process.stdout.write(
  markdownHeader([
    ...['model', 'target', 'arrays', 'chips needed', 'images', 'chips measured', 'float'],
    ...['1 s', '1 d', '1 s, wires', '1 d, wires'],
  ]),
);
for (const model of models) {
  for (const condition of conditions.filter((one) => picks(labelOf({ model: model.model, ...one })))) {
    if (isThere(model)) process.stdout.write(markdownRow(await measureRow(model, condition)));
  }
}
async function measureRow(
  { trials, ...model }: Model,
  { compensate = 'none', ...condition }: Condition,
): Promise<string[]> {
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
  return [
    item.model,
    targetOf(item),
    ...[arrays, hardware, report.data.images, report.trials.length].map((count) =>
      count.toLocaleString('en'),
    ),
    report.float.top1!.toFixed(1),
    ...[false, true].flatMap((wires) => times.map((at) => differenceText(reading(at, wires)))),
  ];
}
