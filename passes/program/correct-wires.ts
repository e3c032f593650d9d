/**
 * What makes up for the resistance of wires, array by array: level codes whose effective conductances come out as they were
 * meant, or the steps of converters alone. Every array is solved for it, several at once.
 */
import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import type { Mapping } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import { availableThreads, collect } from '../../src/threads/pool.ts';
import { job, type Predistorted } from '../../src/wires/predistort.ts';
import { codedArrays } from './array-codes.ts';

interface WireContext {
  /** With wires. */
  readonly target: Target;
  /** Whether level codes are corrected too. */
  readonly levels: boolean;
  /** Called after every array, with how many are done. */
  readonly onProgress?: ((stage: string, done: number, total: number) => void) | undefined;
}

/** A second costs another solve of every array, and brings a decibel where wires take most. */
const roundsOfLevels = 1;

export const correctWires = {
  name: 'correct-wires',
  /** @returns by array */
  async run(mapping: Mapping, { target, levels, onProgress }: WireContext): Promise<Predistorted[]> {
    const { array, cell, driver, wires } = target;
    if (!wires) throw new InternalError('correct-wires', `target ${target.name} has no wires`);
    const bank = wires.idleRows === 'gated' ? driver.rowsAtOnce : array.rows;
    const context = { array, cell, wires, bank, rounds: levels ? roundsOfLevels : 0 };
    return collect(job, context, codedArrays(mapping, target), {
      threads: availableThreads(),
      count: mapping.arrays,
      onDone: (done, total) => onProgress?.('correct for the wires', done, total),
    });
  },
};
