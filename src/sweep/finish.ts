/** What lies in the folder of a sweep -> its results in order and its table, once none is missing; else what is missing. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { writeInPlace } from '../files/write-file.ts';
import { gather } from './gather.ts';
import { lineOf } from './journal.ts';
import { countTasks, placesOf, type SweepPlan, studyHash } from './plan.ts';
import type { Prepared, PreparedDesign } from './prepare.ts';
import type { SweepReport } from './report.ts';
import type { ResultsFolder } from './results-folder.ts';
import { type Shard, sharing } from './shard.ts';
import { summarizeSweep } from './summarize.ts';
import { sweepTable } from './table.ts';

export interface MissingTasks {
  /** Of all tasks that are wanted as far as that is known. */
  readonly missing: number;
  readonly all: number;
  /** Parts that lack some, where there are parts. */
  readonly parts: readonly { readonly shard: Shard; readonly missing: number }[];
}

/**
 * Writes tasks.jsonl and table.csv where nothing is missing. They are the same bytes whichever processes the results came from.
 * @throws DiagnosticError sweep/damaged, sweep/other-version, sweep/other-results
 */
export async function finishSweep(
  folder: ResultsFolder,
  plan: SweepPlan,
): Promise<SweepReport | MissingTasks> {
  const { prepared, board } = await gather(folder, plan);
  const { designs } = prepared;
  const lacking = new Set(board.missing().map(({ number }) => number));
  const missing = [...placesOf(plan)].flatMap((place, number) =>
    isUnprepared(plan, prepared, place.design) || lacking.has(number) ? [{ place, number }] : [],
  );
  if (missing.length > 0) {
    const parts = (await shardsIn(folder)).flatMap((shard) => {
      const own = sharing(plan, shard);
      const count = missing.filter(({ place, number }) => own(place, number)).length;
      return count === 0 ? [] : [{ shard, missing: count }];
    });
    return { missing: missing.length, all: countTasks(plan), parts };
  }
  const study = studyHash(plan);
  const lines = board.counted().map((result) => lineOf(study, result));
  await writeInPlace(folder.tasks, Buffer.from(lines.join('')), true);
  const report = summarizeSweep(plan, designs as readonly PreparedDesign[], board);
  await writeInPlace(folder.table, Buffer.from(sweepTable(report)), true);
  return report;
}

function isUnprepared(plan: SweepPlan, { designs, data }: Prepared, index: number): boolean {
  const design = designs[index];
  return !design || (!('problems' in design) && !data[plan.designs[index]!.model]);
}

/** All shards of as many as any part is one of. */
async function shardsIn({ parts }: ResultsFolder): Promise<readonly Shard[]> {
  const names = existsSync(parts) ? await readdir(parts) : [];
  const counts = new Set(names.flatMap((name) => /^\d+-of-(\d+)\.jsonl$/.exec(name)?.[1] ?? []).map(Number));
  const most = Math.max(0, ...counts);
  return Array.from({ length: most }, (_, i) => ({ number: i + 1, of: most }));
}
