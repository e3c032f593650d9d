/**
 * A sweep from its plan to its results: prepares designs and data, has the tasks that are missing executed, and keeps each result as it
 * comes. Started again, it goes on from what is there.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Board, openBoard } from './board.ts';
import { resultsIn } from './gather.ts';
import { openJournal } from './journal.ts';
import type { OpenedModel } from './open-model.ts';
import { placesOf, type SweepPlan, studyHash } from './plan.ts';
import type { PlannedStudy } from './plan-study.ts';
import {
  type Prepared,
  type PreparedData,
  type PreparedDesign,
  prepareData,
  prepareDesign,
} from './prepare.ts';
import type { ResultsFolder } from './results-folder.ts';
import { runTasks, type Transport } from './run-tasks.ts';
import { type Shard, sharing, wholeSweep } from './shard.ts';
import type { DataPlace } from './task-job.ts';
import { type PlannedTask, tasksOf } from './tasks.ts';

type OnStep = (label: string, done: number, total: number) => void;

/** Prepares what the tasks of a shard are executed with. */
export async function prepareShard(
  { plan, models, targets }: PlannedStudy,
  folder: ResultsFolder,
  shard: Shard = wholeSweep,
  onStep: OnStep = () => undefined,
): Promise<Prepared> {
  const wanted = sharing(plan, shard);
  const designsWanted = new Set<number>();
  let number = 0;
  for (const place of placesOf(plan)) if (wanted(place, number++)) designsWanted.add(place.design);
  const designs: (PreparedDesign | undefined)[] = plan.designs.map(() => undefined);
  const data: (PreparedData | undefined)[] = plan.models.map(() => undefined);
  let done = 0;
  for (const index of designsWanted) {
    onStep('compiling designs', done++, designsWanted.size);
    const design = plan.designs[index]!;
    const opened = models[design.model] as OpenedModel;
    const made = await prepareDesign(folder, index, design, opened, targets[index]!);
    designs[index] = made;
    if ('problems' in made || data[design.model]) continue;
    data[design.model] = await prepareData(folder, plan, design.model, opened, made.package.sha256, onStep);
  }
  return { designs, data };
}

/** Where the data of tasks are on this machine, by the hashes that tasks have of them. */
export function dataPlaces(
  { models }: Pick<PlannedStudy, 'models'>,
  { data }: Pick<Prepared, 'data'>,
): Readonly<Record<string, DataPlace>> {
  return Object.fromEntries(
    models.flatMap(({ data: path, labels }, i) =>
      (data[i]?.ranges ?? []).map(
        (hash) => [hash, { data: path, ...(labels !== undefined && { labels }) }] as const,
      ),
    ),
  );
}

/** Tasks of a shard, and the board on which their results are put. */
export interface OpenedShard {
  readonly tasks: readonly PlannedTask[];
  readonly board: Board;
}

/** With the results that are there already, whoever wrote them. */
export async function openShard(
  plan: SweepPlan,
  prepared: Prepared,
  folder: ResultsFolder,
  shard: Shard = wholeSweep,
): Promise<OpenedShard> {
  const tasks = tasksOf(plan, prepared, sharing(plan, shard));
  const board = openBoard(plan, tasks);
  for (const result of await resultsIn(folder, plan)) board.add(result);
  return { tasks, board };
}

/** The file into which a shard writes. */
export function journalOf(folder: ResultsFolder, { number, of }: Shard): string {
  const digits = String(of).length;
  const name = `${String(number).padStart(digits, '0')}-of-${of}.jsonl`;
  return of === 1 ? folder.tasks : join(folder.parts, name);
}

/**
 * Has the missing tasks of a shard executed.
 * @param onResult called with how many results have come, and how many were missing, at most
 * @throws DiagnosticError with what failed, after all other tasks
 */
export async function executeShard(
  plan: SweepPlan,
  { board }: OpenedShard,
  file: string,
  transport: Transport,
  onResult: (come: number, missing: number) => void = () => undefined,
): Promise<void> {
  const missing = board.missing().length;
  if (missing === 0) return;
  await mkdir(dirname(file), { recursive: true });
  const journal = await openJournal(file, studyHash(plan));
  let come = 0;
  onResult(come, missing);
  try {
    await runTasks(board.pending(), transport, async (_, result) => {
      if (board.add(result)) await journal.append(result);
      onResult(++come, missing);
    });
  } finally {
    await journal.close();
  }
}
