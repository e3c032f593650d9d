/**
 * A share of a sweep, for one of several processes that do not know of each other: neighbouring tasks, which have designs and chips
 * in common. With a stop rule it is neighbouring points, because whether a chip is wanted follows from those before it.
 */
import { countTasks, pointsOf, type SweepPlan, type TaskPlace } from './plan.ts';

export interface Shard {
  /** From 1 on. */
  readonly number: number;
  readonly of: number;
}

export const wholeSweep: Shard = { number: 1, of: 1 };

/** @returns whether a task belongs to the shard, given its number among all tasks */
export function sharing(plan: SweepPlan, { number, of }: Shard): (place: TaskPlace, task: number) => boolean {
  const bound = (count: number, shard: number) => Math.floor((count * shard) / of);
  const within = (count: number) => {
    const [from, to] = [bound(count, number - 1), bound(count, number)];
    return (i: number) => i >= from && i < to;
  };
  if (!plan.stop) {
    const own = within(countTasks(plan));
    return (_, task) => own(task);
  }
  const points = pointsOf(plan);
  const own = within(points.length);
  const numbers = new Map(points.map((point, i) => [keyOf(point), i]));
  return (place) => own(numbers.get(keyOf(place))!);
}

const keyOf = ({ design, condition }: Pick<TaskPlace, 'design' | 'condition'>) => `${design}.${condition}`;
