/**
 * `npm run reproduce -- states-accuracy`: what the assumed values of `tio2-feedforward` are worth in accuracy, at half and at twice their
 * size: a network on chips that differ in nothing else, a small one where none is named.
 */
import { formatTable, numbers, texts } from '../src/report/table.ts';
import { allModels, isThere, mnistCnn, on } from './accuracy-cases.ts';
import { measure } from './measure.ts';
import { halvesAndDoubles, targetName } from './predicted-states.ts';

const trials = 1;

/** @param args part of a model's name, and how many of its images */
export async function statesAccuracy([name = mnistCnn.model, count]: readonly string[]): Promise<string> {
  const known = [mnistCnn, ...allModels].find((item) => item.model.includes(name));
  if (!known || !isThere(known)) return '';
  const model = { ...known, images: Number(count ?? known.images) };
  const rows: string[][] = [];
  const variants = [
    { name: 'as assumed', set: [] },
    ...[0, 1, 2].map((n) => ({ name: `${n} retries`, set: [`programming.retries=${n}`] })),
    ...halvesAndDoubles,
  ];
  let images = model.images;
  for (const { name: variant, set } of variants) {
    const { report } = await measure(on(model, targetName, { trials, options: { set } }), {});
    const { data, float, mapped } = report;
    const snr = Number(mapped.snrToIdeal).toFixed(1);
    images = data.images;
    rows.push([variant, float.top1!.toFixed(1), mapped.top1!.mean.toFixed(1), snr]);
    process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
  }
  const header = [...texts('assumed'), ...numbers('floating point %', 'chip %', 'dB to the integers')];
  return `\n\n${model.model} on ${targetName}, ${images} images, ${trials} chip\n\n${formatTable(header, rows)}`;
}
