/** Arrays of a mapping -> what their wires make of them, and what makes up for it: several arrays at once. */
import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import type { Mapping } from '../../src/ir/mapping.ts';
import { schemeOf } from '../../src/schemes/models.ts';
import type { Target } from '../../src/target/target.ts';
import { alone, type Pool } from '../../src/threads/pool.ts';
import { bankOf } from '../../src/wires/currents.ts';
import { levelConductances } from '../../src/wires/level-conductances.ts';
import {
  type CodedArray,
  job,
  type PredistortContext,
  type Predistorted,
  type Solved,
} from '../../src/wires/predistort.ts';
import { codedArrays } from './array-codes.ts';

interface SolveContext {
  /** With wires. */
  readonly target: Target;
  /** Whether level codes are corrected too. */
  readonly levels: boolean;
  /** Blocks that are asked about, by their numbers: banks of rows without any are left out where their cells are cut off. Default: all. */
  readonly only?: ReadonlySet<number> | undefined;
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
  { target, levels, only, whole, pool = alone, onArray }: SolveContext,
): Promise<(Predistorted & Partial<Solved>)[]> {
  const { array, cell, driver, wires } = target;
  if (!wires) throw new InternalError('solve-arrays', `target ${target.name} has no wires`);
  const context = {
    array,
    cell,
    wires,
    bank: bankOf(target, array.rows),
    ...(levels ? { rounds: roundsOfLevels, means: meansOf(target) } : { rounds: 0 }),
    reading: { driver, wires },
  };
  const tasks = function* () {
    let next = 0;
    for (const coded of codedArrays(mapping, target, arrays)) {
      const codes = only ? withoutOthers(coded, only, context) : coded.codes;
      yield { ...coded, codes, whole: whole?.has(arrays[next++]!) ?? false };
    }
  };
  const solved: (Predistorted & Partial<Solved>)[] = [];
  let done = 0;
  await pool.run(job, context, tasks(), (result, task) => {
    solved[task] = result;
    onArray?.(++done);
  });
  return solved;
}

/** What cells of a level conduct on average, by code (S); undefined where that is the level. */
function meansOf(target: Target): Float64Array | undefined {
  const { mean } = schemeOf(target);
  return mean && levelConductances(target.cell).map((level) => mean(level));
}

/** Level codes of the banks in which some blocks lie. Banks that conduct one after the other have nothing to do with each other. */
function withoutOthers(
  { codes, sums }: CodedArray,
  only: ReadonlySet<number>,
  { array, bank }: Pick<PredistortContext, 'array' | 'bank'>,
): Int16Array {
  const bankOfRow = (row: number) => Math.floor((array.rows - 1 - row) / bank);
  const kept = new Set(
    sums
      .filter(({ block }) => only.has(block))
      .flatMap((sum) => [bankOfRow(sum.startRow), bankOfRow(sum.endRow - 1)]),
  );
  const own = codes.slice();
  for (let row = 0; row < array.rows; row++)
    if (!kept.has(bankOfRow(row))) own.fill(-1, row * array.columns, (row + 1) * array.columns);
  return own;
}
