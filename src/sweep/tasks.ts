/** A plan and what was prepared for it -> tasks. */
import { placesOf, rangesOf, type SweepPlan, studyHash, type TaskPlace } from './plan.ts';
import type { Prepared } from './prepare.ts';
import { type SweepTask, taskKey } from './task.ts';

export interface PlannedTask {
  /** Among all tasks of the plan. */
  readonly number: number;
  readonly place: TaskPlace;
  readonly task: SweepTask;
  readonly key: string;
}

/**
 * Tasks in the order of results; those of designs that cannot be compiled, or that were not prepared, are left out.
 * @param wanted given the place of a task and its number among all of the plan
 */
export function tasksOf(
  plan: SweepPlan,
  { designs, data }: Prepared,
  wanted: (place: TaskPlace, task: number) => boolean = () => true,
): readonly PlannedTask[] {
  const study = studyHash(plan);
  const ranges = plan.models.map((_, model) => rangesOf(plan, model));
  const tasks: PlannedTask[] = [];
  let next = 0;
  for (const place of placesOf(plan)) {
    const number = next++;
    const own = wanted(place, number);
    const { model: index, conditions } = plan.designs[place.design]!;
    const [prepared, images] = [designs[place.design], data[index]];
    if (!own || !prepared || 'problems' in prepared || !images) continue;
    const { sha256, output, preprocessing } = plan.models[index]!;
    const task: SweepTask = {
      crossloom: plan.crossloom,
      study,
      model: { sha256, file: prepared.model, ...(output !== undefined && { output }) },
      package: prepared.package,
      chip: plan.seeds[place.chip]!,
      conditions: conditions[place.condition]!,
      images: ranges[index]![place.range]!,
      data: { sha256: images.ranges[place.range]!, preprocessing },
    };
    tasks.push({ number, place, task, key: taskKey(task) });
  }
  return tasks;
}
