/**
 * A compilation for another target, with places, encodings and integers as they are: only what makes up for converters and
 * wires is settled anew, and the schedule with it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Compiled } from '../ir/compiled.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { withWorkers } from '../threads/pool.ts';
import { convertersOf, scheduleOf, scheduleWith } from './stages.ts';

/** @param loaded arrays, cells and levels as those of the compilation's target */
export function settleAgain(compiled: Compiled, loaded: LoadedTarget, threads: number): Promise<Compiled> {
  const { mapping, record, options } = compiled;
  return withWorkers(threads, async (pool) => {
    const have = { mapping, record, options, target: loaded.target, pool };
    const { target: before } = compiled.loaded;
    // What wires are worth is told to converters later.
    const same = isDeepStrictEqual(unwired(loaded.target), unwired(before));
    const { converters } = same ? compiled : await convertersOf(have);
    const { wireCorrection, ...bare } = compiled;
    if (wireCorrection && isDeepStrictEqual(loaded.target.wires, before.wires)) {
      const { target } = loaded;
      const schedule = scheduleWith({ mapping, converters, target, predistorted: wireCorrection });
      return { ...compiled, loaded, converters, schedule };
    }
    const { schedule } = await scheduleOf({ ...have, converters });
    return { ...bare, loaded, converters, schedule };
  });
}

const unwired = (target: Target): object => ({ ...target, wires: undefined });
