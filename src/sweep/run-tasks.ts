/** Has tasks executed, wherever that is, and hands on each result once. */
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { type SweepResult, type SweepTask, taskKey } from './task.ts';

/** What became of a task. */
export type TaskOutcome =
  | { readonly task: SweepTask; readonly result: SweepResult }
  | { readonly task: SweepTask; readonly failure: readonly Diagnostic[] };

/**
 * Executes tasks in any order. It takes no more of them than it is about to execute: which come next may depend on results that it
 * has given.
 */
export type Transport = (tasks: Iterable<SweepTask>) => AsyncIterable<TaskOutcome>;

/**
 * @param onResult called with each result as it comes, one after the other
 * @throws DiagnosticError with what failed, each problem once, after all other tasks
 */
export async function runTasks(
  tasks: Iterable<SweepTask>,
  transport: Transport,
  onResult: (task: SweepTask, result: SweepResult) => void | Promise<void>,
): Promise<void> {
  const done = new Set<string>();
  const problems = new Map<string, Diagnostic>();
  for await (const outcome of transport(tasks)) {
    const key = taskKey(outcome.task);
    if (done.has(key)) continue;
    done.add(key);
    if ('result' in outcome) await onResult(outcome.task, outcome.result);
    else for (const problem of outcome.failure) problems.set(JSON.stringify(problem), problem);
  }
  raise([...problems.values()]);
}
