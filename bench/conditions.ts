/**
 * `npm run conditions`: what a user of the defaults gets on every target: programmed chips, read through their wires and with their
 * read noise a second and a day after programming, calibrated when they are read, on images that calibration has not seen.
 * Arguments are patterns that pick rows by model and target; `--svg FILE` plots what is lost after a second. Rows are kept as
 * they are measured (`CROSSLOOM_RESULTS`), so that a run that was interrupted goes on where it was.
 */
import { writeFile } from 'node:fs/promises';
import { openResults } from '../src/cli/results.ts';
import { changesWithTime } from '../src/conditions/models.ts';
import { sha256File } from '../src/files/hash.ts';
import { recalled } from '../src/files/result-store.ts';
import { bundledTargets, loadTarget } from '../src/target/load.ts';
import { allModels, type Case, isThere, labelOf, on } from './accuracy-cases.ts';
import { tableArguments } from './arguments.ts';
import { type ConditionRow, conditionHeader, conditionTexts, plotConditions } from './condition-row.ts';
import { markdownHeader, markdownRow } from './markdown.ts';
import { measure } from './measure.ts';

/** Seconds after programming: a second and a day. */
const times = [1, 86_400] as const;

const { svg, picks, within } = tableArguments(process.argv.slice(2));
const store = await openResults(process);
const targets = await bundledTargets();
const rows: ConditionRow[] = [];
process.stdout.write(markdownHeader(conditionHeader));
for (const model of allModels) {
  const items = targets
    .map((target) => on(model, target))
    .filter((item) => picks(labelOf(item)))
    .map(within);
  if (items.length === 0 || !isThere(model)) continue;
  const content = await sha256File(model.file);
  for (const item of items) {
    const of = { item, content, times };
    const row = await recalled(store, 'condition-row', of, () => measureRow(item));
    rows.push(row);
    process.stdout.write(markdownRow(conditionTexts(row)));
  }
}
if (svg !== undefined) await writeFile(svg, plotConditions(rows));

async function measureRow(item: Case): Promise<ConditionRow> {
  const wires = item.target === 'ideal' ? {} : ({ wires: 'on' } as const);
  const { target } = await loadTarget(item.target);
  // Where nothing changes with time, a day is like a second.
  const at = changesWithTime(target) ? times : times.slice(0, 1);
  const { report, arrays } = await measure(item, { at, ...wires, layers: false, store });
  const [second, day] = times.map((time) => report.readings.find((reading) => reading.at === time));
  return {
    model: item.model,
    target: item.target,
    arrays,
    images: report.data.images,
    chips: report.trials.length,
    digital: Math.max(...report.trials.map(({ corrections }) => corrections.share)),
    float: report.float.top1!,
    second: second!,
    day: day ?? second!,
  };
}
