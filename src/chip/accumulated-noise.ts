/** 1/f noise of a chip that is read: what is slower than an image as a state of its cells, and the rest for the readings. */
import { bandAt } from '../conditions/accumulated.ts';
import { accumulations } from '../conditions/cells.ts';
import type { AccumulatedNoise } from '../conditions/condition.ts';
import type { Target } from '../target/target.ts';
import { availableThreads, collect } from '../threads/pool.ts';
import type { Chip } from './chip.ts';
import type { ReadArray } from './read-array.ts';
import type { ReadConditions } from './read-conditions.ts';
import { job, type StateContext, type StateTask, stateLaws } from './slow-state.ts';

/** @param conditions as they are asked for */
export function accumulatedNoise(
  target: Target,
  { at, image }: ReadConditions,
  arrays: readonly ReadArray[],
): AccumulatedNoise {
  const laws = accumulations(target).map(({ clock }, law) => ({
    band: bandAt(clock, at),
    densities: arrays.map((array) => array.densities[law]!),
  }));
  return { laws, image, conversion: target.adc.time, sharedBy: target.adc.sharedBy };
}

/**
 * Conductances with the state of their slow noise. It was seen when the chip was calibrated, and in the middle of every batch of
 * readings since; wires weaken it as they do the cell's current.
 */
export function inState(
  { seed, calibration }: Chip,
  target: Target,
  { at, batch, interval, image }: ReadConditions,
  arrays: readonly ReadArray[],
  { threads = availableThreads() }: { readonly threads?: number },
): Promise<readonly Float32Array[]> {
  const batches = Array.from({ length: batch + 1 }, (_, i) => at + (i + 0.5) * interval);
  const times = calibration ? [calibration.at, ...batches] : batches;
  const context: StateContext = { seed, laws: stateLaws(target, times, image) };
  const tasks = arrays.map(
    ({ conductances, densities }, array): StateTask => ({
      array,
      conductances,
      densities,
    }),
  );
  return collect(job, context, tasks, { threads, count: tasks.length });
}
