/**
 * `npm run accuracy -- usual`: the README's table of accuracy, what a user of the defaults gets: one chip of every target, read
 * through its wires and with its read noise a second after programming. Patterns pick rows by model and target;
 * `--svg FILE` plots them.
 */
import { writeFile } from 'node:fs/promises';
import { bundledTargets } from '../src/target/load.ts';
import { isThere, keywords, labelOf, mobilenetV2, on, resnet20, targetOf } from './accuracy-cases.ts';
import { tableArguments } from './arguments.ts';
import { measure } from './measure.ts';
import { differenceText, plotUsual, shortTable, type UsualRow } from './usual.ts';

/** Small networks first: what takes long comes last. */
const models = [
  { ...keywords, images: 500 },
  { ...resnet20, images: 500 },
  { ...mobilenetV2, images: 120 },
];

export async function measureUsual(args: readonly string[]): Promise<void> {
  const { svg, picks } = tableArguments(args);
  const targets = await bundledTargets();
  const rows: UsualRow[] = [];
  for (const model of models) {
    for (const target of targets.filter((name) => picks(labelOf({ model: model.model, target: name })))) {
      if (!isThere(model)) continue;
      const item = on(model, target, { trials: 1 });
      const { report, wires } = await measure(item, {
        at: [1],
        ...(target === 'ideal' ? {} : { wires: 'on' }),
      });
      const usual = report.mapped.difference;
      rows.push({ model: model.model, target: targetOf(item), usual });
      process.stderr.write(`${labelOf(item)}${wires ? '' : ' (no wires)'}: ${differenceText(usual)}\n`);
    }
  }
  process.stdout.write(shortTable(rows));
  if (svg !== undefined) await writeFile(svg, plotUsual(rows));
}
