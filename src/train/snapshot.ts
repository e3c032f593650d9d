/**
 * A run as plain numbers: all that `trainBatch` changes, by name, to be kept in a file. What a run is opened with, the
 * devices' fixed draws and the orders of epochs follow from the options and are not in it. A run that is opened again with
 * the same options and restored goes on bit for bit as if it had never stopped.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { Numbers } from './numbers.ts';
import type { Trainer } from './trainer.ts';

export type Snapshot = Readonly<Record<string, Numbers>>;

/** The live arrays of a run by name, and its counters, read and written through `counters`. */
export function arraysOf({ weights, learner }: Trainer): Record<string, Numbers> {
  const arrays: Record<string, Numbers> = {};
  weights.forEach((layer, l) => {
    arrays[`${l}.matrix`] = layer.matrix;
    arrays[`${l}.bias`] = layer.bias;
    arrays[`${l}.runningMean`] = layer.runningMean;
    arrays[`${l}.runningVariance`] = layer.runningVariance;
  });
  return { ...arrays, ...learner?.arrays() };
}

/** Objects of plain counters by name. */
export function countersOf({ progress, learner }: Trainer): [string, object][] {
  return [['progress', progress], ...(learner?.counters() ?? [])];
}

/** @returns copies, which the run does not change */
export function snapshot(trainer: Trainer): Snapshot {
  const copies = Object.entries(arraysOf(trainer)).map(([name, array]) => [name, array.slice()]);
  const counters = countersOf(trainer).map(([name, counts]) => [
    name,
    Float64Array.from(Object.values(counts)),
  ]);
  return Object.fromEntries([...copies, ...counters]);
}

/**
 * Brings a run that was opened with the same options to where a snapshot was taken.
 * @throws InternalError where the snapshot does not have the run's layers; whether it is of the same run is the caller's
 * to check
 */
export function restore(trainer: Trainer, saved: Snapshot): void {
  const numbers = (name: string, length: number): Numbers => {
    const found = saved[name];
    if (found?.length !== length)
      throw new InternalError('train', `snapshot without ${length} numbers of ${name}`);
    return found;
  };
  for (const [name, array] of Object.entries(arraysOf(trainer))) array.set(numbers(name, array.length));
  for (const [name, counts] of countersOf(trainer)) {
    const keys = Object.keys(counts);
    const values = numbers(name, keys.length);
    Object.assign(counts, Object.fromEntries(keys.map((key, i) => [key, values[i]])));
  }
  trainer.learner?.restored();
  trainer.order = undefined;
}
