/**
 * `npm run reproduce -- states-accuracy`: what the assumed values of `tio2-feedforward` are worth in accuracy, at half and at twice their
 * size: a small network on chips that differ in nothing else.
 */
import { formatTable, numbers, texts } from '../src/report/table.ts';
import { isThere, mnistCnn, on } from './accuracy-cases.ts';
import { measure } from './measure.ts';
import { halvesAndDoubles, targetName } from './predicted-states.ts';

const trials = 1;

export async function statesAccuracy(): Promise<string> {
  if (!isThere(mnistCnn)) return '';
  const rows: string[][] = [];
  const variants = [
    { name: 'as assumed', set: [] },
    ...[0, 1, 2].map((n) => ({ name: `${n} retries`, set: [`programming.retries=${n}`] })),
    ...halvesAndDoubles,
  ];
  for (const { name, set } of variants) {
    const { report } = await measure(on(mnistCnn, targetName, { trials, options: { set } }), {});
    const { float, mapped } = report;
    const snr = Number(mapped.snrToIdeal).toFixed(1);
    rows.push([name, float.top1!.toFixed(1), mapped.top1!.mean.toFixed(1), snr]);
    process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
  }
  const header = [...texts('assumed'), ...numbers('floating point %', 'chip %', 'dB to the integers')];
  return `\n\n${mnistCnn.model} on ${targetName}, ${mnistCnn.images} images, ${trials} chip\n\n${formatTable(header, rows)}`;
}
