/** What a chip and its references made of a task's images -> the result of the task. */
import { defined } from '../defined.ts';
import type { SignalAndNoise } from '../verify/metrics.ts';
import type { Plan } from '../verify/plan.ts';
import type { ChipRun, ReferenceRun } from '../verify/run-images.ts';
import type { Tally } from '../verify/tally.ts';
import { packFlags } from './flags.ts';
import { type SweepResult, type SweepTask, taskKey } from './task.ts';

export function resultOf(
  task: SweepTask,
  { indices }: Pick<Plan, 'indices'>,
  { float, ideal }: Pick<ReferenceRun, 'float' | 'ideal'>,
  { tally, toFloat, toIdeal }: Pick<ChipRun, 'tally' | 'toFloat' | 'toIdeal'>,
): SweepResult {
  const same = Uint8Array.from(tally.chosen, (chosen, i) =>
    chosen >= 0 && chosen === float.chosen[i] ? 1 : 0,
  );
  return {
    task: taskKey(task),
    images: indices.length,
    chip: {
      ...scoresOf(tally),
      ...(same.length > 0 && { agreement: packFlags(same) }),
      toFloat: rounded(toFloat),
      toIdeal: rounded(toIdeal),
    },
    float: scoresOf(float),
    ideal: scoresOf(ideal),
  };
}

function scoresOf({ top1, top5 }: Tally) {
  return defined({ top1: top1 && packFlags(top1), top5: top5 && packFlags(top5) });
}

/** Processors round the last digits of float sums in their own way. */
function rounded({ signal, noise }: SignalAndNoise): SignalAndNoise {
  return { signal: Number(signal.toPrecision(6)), noise: Number(noise.toPrecision(6)) };
}
