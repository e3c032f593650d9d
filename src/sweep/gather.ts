/** What lies in the folder of a sweep -> its tasks and their results. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { together } from '../diagnostics/together.ts';
import { type Board, openBoard } from './board.ts';
import { readJournal } from './journal.ts';
import { type SweepPlan, studyHash } from './plan.ts';
import { type Prepared, preparedIn } from './prepare.ts';
import type { ResultsFolder } from './results-folder.ts';
import type { SweepResult } from './task.ts';
import { tasksOf } from './tasks.ts';

/** Results of the whole and of parts, by whichever process they were written. @throws DiagnosticError as `readJournal` does */
export async function resultsIn(folder: ResultsFolder, plan: SweepPlan): Promise<readonly SweepResult[]> {
  const study = studyHash(plan);
  const names = existsSync(folder.parts) ? await readdir(folder.parts) : [];
  const parts = names.filter((name) => name.endsWith('.jsonl')).toSorted();
  const files = [folder.tasks, ...parts.map((name) => join(folder.parts, name))];
  return (await together(...files.map((file) => readJournal(file, study)))).flat();
}

export interface Gathered {
  readonly prepared: Prepared;
  readonly board: Board;
}

/** Everything that is there, of all tasks. */
export async function gather(folder: ResultsFolder, plan: SweepPlan): Promise<Gathered> {
  const [prepared, results] = await together(preparedIn(folder, plan), resultsIn(folder, plan));
  const board = openBoard(plan, tasksOf(plan, prepared));
  for (const result of results) board.add(result);
  return { prepared, board };
}
