/** Runs of training, spread over threads -> what each came to; says so on the error stream as they end. */
import { availableThreads, runJob } from '../src/threads/pool.ts';
import { job, type LearningTask, type Learnt } from './learning-job.ts';

export async function learnAll(tasks: readonly LearningTask[]): Promise<Learnt[]> {
  const runs: Learnt[] = [];
  await runJob(job, undefined, tasks, {
    threads: availableThreads(),
    count: tasks.length,
    onResult(run, task) {
      runs[task] = run;
      process.stderr.write(`${JSON.stringify(run.task)}: ${run.accuracy.toFixed(2)} %\n`);
    },
  });
  return runs;
}
