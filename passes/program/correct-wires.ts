/**
 * What makes up for the resistance of wires, array by array: level codes whose effective conductances come out as they were
 * meant, or the steps of converters alone. Every array is solved for it.
 */
import type { Mapping } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import type { Pool } from '../../src/threads/pool.ts';
import type { Predistorted, Solved } from '../../src/wires/predistort.ts';
import { arraysOf, sampleLayers } from './sample-layers.ts';
import { solveArrays } from './solve-arrays.ts';

interface WireContext {
  /** With wires. */
  readonly target: Target;
  /** Whether level codes are corrected too. */
  readonly levels: boolean;
  /** Threads that solve the arrays. Default: this one. */
  readonly pool?: Pool;
  /** Called after every array, with how many are done. */
  readonly onProgress?: ((stage: string, done: number, total: number) => void) | undefined;
}

export const correctWires = {
  name: 'correct-wires',
  /** @returns by array; those that the layers are judged by with what the wires make of them */
  run(
    mapping: Mapping,
    { target, levels, pool, onProgress }: WireContext,
  ): Promise<(Predistorted & Partial<Solved>)[]> {
    const arrays = Array.from({ length: mapping.arrays }, (_, array) => array);
    return solveArrays(mapping, arrays, {
      target,
      levels,
      pool,
      whole: new Set(arraysOf(sampleLayers(mapping, true), mapping)),
      onArray: (done) => onProgress?.('correct for the wires', done, mapping.arrays),
    });
  },
};
