/** Tasks of sweeps, as the queue knows them. */
import type { KindOfWork } from '../queue/kind-of-work.ts';
import { blobsOf, type SweepResult, type SweepTask, sweepResult, sweepTask, taskKey } from '../sweep/task.ts';

export const sweepWork: KindOfWork<SweepTask, SweepResult> = {
  task: sweepTask,
  result: sweepResult,
  keyOf: taskKey,
  blobsOf,
};
