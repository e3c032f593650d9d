/** 1/f noise of a chip that is read: what is slower than an image as a state of its cells, and the rest for the readings. */
import { bandAt } from '../conditions/accumulated.ts';
import { accumulations } from '../conditions/cells.ts';
import type { AccumulatedNoise } from '../conditions/condition.ts';
import { placesOnChip } from '../ir/passes.ts';
import type { Target } from '../target/target.ts';
import { availableThreads, collect } from '../threads/pool.ts';
import { leadsOf, readAfter } from './ages.ts';
import type { Chip } from './chip.ts';
import type { ReadArray } from './read-array.ts';
import type { ReadConditions } from './read-conditions.ts';
import { job, type StateContext, type StateTask, stateLaws } from './slow-state.ts';

/** @param conditions as they are asked for */
export function accumulatedNoise(
  chip: Pick<Chip, 'rewritten'>,
  target: Target,
  { at, image }: ReadConditions,
  arrays: readonly ReadArray[],
): AccumulatedNoise {
  const leads = leadsOf(chip);
  const laws = accumulations(target).flatMap(({ clock }, law) => {
    const bands = leads.map((lead) => bandAt(clock, at + lead));
    // Passes whose cells have the same scales below an image are told apart by nothing.
    const ends = bands.map(({ to }) => Math.min(to, image));
    return [...new Set(ends)].map((end) => ({
      band: bands[ends.indexOf(end)]!,
      densities: arrays.map(({ densities }, array) => {
        const passes = chip.rewritten?.passes[array];
        const own = densities[law]!;
        return passes ? own.map((density, cell) => (ends[passes[cell]!] === end ? density : 0)) : own;
      }),
    }));
  });
  return { laws, image, conversion: target.adc.time, sharedBy: target.adc.sharedBy };
}

/**
 * Conductances with the state of their slow noise. It was seen when the chip was calibrated, and in the middle of every batch of
 * readings since, and before each pass over the chip after the one that wrote the cell; wires weaken it as they do the cell's
 * current.
 */
export function inState(
  chip: Chip,
  target: Target,
  { at, batch, interval, image }: ReadConditions,
  arrays: readonly ReadArray[],
  { threads = availableThreads() }: { readonly threads?: number },
): Promise<readonly Float32Array[]> {
  const { seed, calibration, rewritten } = chip;
  const batches = Array.from({ length: batch + 1 }, (_, i) => at + (i + 0.5) * interval);
  const times = calibration ? [calibration.at, ...batches] : batches;
  const leads = leadsOf(chip);
  const seen = leads.map((lead, pass) => [...readAfter(leads, pass), ...times.map((time) => time + lead)]);
  const context: StateContext = { seed, laws: stateLaws(target, seen, image) };
  const onChip = placesOnChip(chip.passes, arrays.length);
  const tasks = arrays.map(({ conductances, densities }, array): StateTask => {
    return { array: onChip[array]!, conductances, densities, passes: rewritten?.passes[array] };
  });
  return collect(job, context, tasks, { threads, count: tasks.length });
}
