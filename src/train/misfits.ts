/** Whether a snapshot that was read from a file could be one of this run: names, lengths and types of its numbers, and their ranges. */
import type { Numbers } from './numbers.ts';
import { arraysOf, countersOf, type Snapshot } from './snapshot.ts';
import type { Trainer } from './trainer.ts';

/** @returns what is wrong, each with the name of the numbers */
export function misfitsOf(trainer: Trainer, saved: Snapshot): string[] {
  const { learner } = trainer;
  const ofArrays = Object.entries(arraysOf(trainer)).flatMap(([name, own]) =>
    misfit(name, saved, own, (value) => learner?.holds(name, value) ?? true),
  );
  const ofCounters = countersOf(trainer).flatMap(([name, counts]) => {
    const like = new Float64Array(Object.keys(counts).length);
    const loss = Object.keys(counts).indexOf('loss');
    const counted = (value: number, at: number) => value >= 0 && (at === loss || Number.isSafeInteger(value));
    return misfit(name, saved, like, counted);
  });
  return [...ofArrays, ...ofCounters];
}

function misfit(
  name: string,
  saved: Snapshot,
  like: Numbers,
  holds: (value: number, at: number) => boolean,
): string[] {
  const found = Object.hasOwn(saved, name) ? saved[name] : undefined;
  if (found?.constructor !== like.constructor || found.length !== like.length)
    return [`it has not the ${like.length} numbers ${name}`];
  const wrong = found.findIndex((value, at) => !(Number.isFinite(value) && holds(value, at)));
  return wrong < 0 ? [] : [`number ${wrong} of ${name} is ${found[wrong]}`];
}
