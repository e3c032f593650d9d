/** One task of a sweep, executed to tell what all of them will take. Nothing of it is kept. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { executeTask } from '../sweep/execute.ts';
import { countTasks, pointsOf } from '../sweep/plan.ts';
import type { PlannedStudy } from '../sweep/plan-study.ts';
import { prepareData, prepareDesign } from '../sweep/prepare.ts';
import { resultsFolder } from '../sweep/results-folder.ts';
import { tasksOf } from '../sweep/tasks.ts';

export interface SweepEstimate {
  readonly designs: number;
  readonly points: number;
  /** At most, with a stop rule. */
  readonly tasks: number;
  /** Of this computer, for one design and for one task of it on one thread (s). */
  readonly compileTime: number;
  readonly taskTime: number;
  /** That a task takes besides what all threads share (bytes). */
  readonly taskMemory: number;
  readonly sharedMemory: number;
}

/**
 * Compiles the first design that can be compiled, and executes its first task.
 * @param now milliseconds of a clock
 * @throws DiagnosticError what the compiler says of the first design, where none can be compiled
 */
export async function probeSweep(
  planned: PlannedStudy,
  dataLimit: number | undefined,
  now: () => number,
  report: (label: string, done: number, total: number) => void,
): Promise<SweepEstimate> {
  const { plan, models, targets } = planned;
  const temporary = await mkdtemp(join(tmpdir(), 'crossloom-probe-'));
  try {
    const folder = resultsFolder(temporary);
    for (const [index, design] of plan.designs.entries()) {
      report('compiling a design', 0, 1);
      const opened = models[design.model]!;
      const start = now();
      const made = await prepareDesign(folder, index, design, opened, targets[index]!);
      if ('problems' in made) {
        if (index + 1 < plan.designs.length) continue;
        throw new DiagnosticError(made.problems);
      }
      const compiled = now();
      const data = await prepareData(folder, plan, design.model, opened, made.package.sha256, report);
      report('executing a task', 0, 1);
      const prepared = {
        designs: plan.designs.map((_, i) => (i === index ? made : undefined)),
        data: plan.models.map((_, i) => (i === design.model ? data : undefined)),
      };
      const [first] = tasksOf(plan, prepared, (place) => place.design === index);
      const before = process.memoryUsage().rss;
      const begun = now();
      const most = await mostMemory(() =>
        executeTask(first!.task, {
          packages: folder.packages,
          blob: async (hash) => folder.model(hash),
          ...{ data: opened.data, labels: opened.labels, dataLimit, threads: 1 },
        }),
      );
      const ended = now();
      return {
        designs: plan.designs.length,
        points: pointsOf(plan).length,
        tasks: countTasks(plan),
        compileTime: (compiled - start) / 1000,
        taskTime: (ended - begun) / 1000,
        taskMemory: most - before,
        sharedMemory: before,
      };
    }
    throw new Error('a plan without designs');
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Between two looks at the memory (ms). */
const interval = 20;

/** Most memory that this process has while it works (bytes). */
async function mostMemory(work: () => Promise<unknown>): Promise<number> {
  let most = process.memoryUsage().rss;
  const look = () => {
    most = Math.max(most, process.memoryUsage().rss);
  };
  const timer = setInterval(look, interval);
  try {
    await work();
    look();
    return most;
  } finally {
    clearInterval(timer);
  }
}
