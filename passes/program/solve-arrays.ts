/** Arrays of a mapping -> what their wires make of them, and what makes up for it: several arrays at once. */
import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import type { Mapping } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import { alone, type Pool } from '../../src/threads/pool.ts';
import { bankOf } from '../../src/wires/currents.ts';
import { job, type Predistorted, type Solved } from '../../src/wires/predistort.ts';
import { codedArrays } from './array-codes.ts';

interface SolveContext {
  /** With wires. */
  readonly target: Target;
  /** Whether level codes are corrected too. */
  readonly levels: boolean;
  /** Arrays of which what the wires make of them is kept. Default: none. */
  readonly whole?: ReadonlySet<number> | undefined;
  /** Threads that solve the arrays. Default: this one. */
  readonly pool?: Pool | undefined;
  /** Called after every array, with how many are done. */
  readonly onArray?: (done: number) => void;
}

/** A second costs another solve of every array, and brings a decibel where wires take most. */
const roundsOfLevels = 1;

/** @returns in the order of `arrays` */
export async function solveArrays(
  mapping: Mapping,
  arrays: readonly number[],
  { target, levels, whole, pool = alone, onArray }: SolveContext,
): Promise<(Predistorted & Partial<Solved>)[]> {
  const { array, cell, driver, wires } = target;
  if (!wires) throw new InternalError('solve-arrays', `target ${target.name} has no wires`);
  const context = {
    array,
    cell,
    wires,
    bank: bankOf(target, array.rows),
    rounds: levels ? roundsOfLevels : 0,
    reading: { driver, wires },
  };
  const tasks = function* () {
    let next = 0;
    for (const coded of codedArrays(mapping, target, arrays))
      yield { ...coded, whole: whole?.has(arrays[next++]!) ?? false };
  };
  const solved: (Predistorted & Partial<Solved>)[] = [];
  let done = 0;
  await pool.run(job, context, tasks(), (result, task) => {
    solved[task] = result;
    onArray?.(++done);
  });
  return solved;
}
