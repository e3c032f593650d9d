/**
 * What the wires do to one array of a mapping, and what to program instead: the level codes that were meant -> codes whose
 * effective conductances come out in proportion to them, and the factor of proportion of every converter.
 *
 * Of a sum of column differences, e = (Geff+ - Geff-) / level step is what w = code+ - code- has become. The best factor on
 * what a converter gives is a = (w e) / (e e), so its step is worth 1 / a. Levels are corrected in
 * rounds (move-levels.ts) of which the best is kept, of those that take no line over its limit.
 */

import { levelStepOf } from '../target/cell.ts';
import type { Target } from '../target/target.ts';
import type { Job } from '../threads/pool.ts';
import { effectiveBanks } from './banks.ts';
import { type Reading, worstOver } from './currents.ts';
import type { EffectiveCrossbar } from './effective.ts';
import { ladderShares } from './ladder-model.ts';
import { conductancesOf, idleConductance } from './level-conductances.ts';
import type { Excess } from './limits.ts';
import { type Aim, moveLevels } from './move-levels.ts';
import type { Wires } from './network.ts';

/** What one converter sees, or the difference of two: one column of cells minus another. */
export interface ColumnSum {
  readonly block: number;
  readonly added: number;
  readonly subtracted: number;
  readonly startRow: number;
  /** Exclusive. */
  readonly endRow: number;
  /** Whether both cells of a weight may be moved, only the added one, or neither. */
  readonly moves: 'both' | 'added' | 'none';
}

export interface CodedArray {
  /** Level codes, [row][column]; -1 where no weight is. */
  readonly codes: Int16Array;
  readonly sums: readonly ColumnSum[];
}

export interface Predistorted {
  /** Level codes to program, as they were given. */
  readonly codes: Int16Array;
  /** By sum: what a converter's step is worth, of what it would be without wires. */
  readonly gains: Float64Array;
  /** The busiest driver and column that can be asked for more than their limits. */
  readonly over: readonly Excess[];
}

/** With what the wires make of the codes. */
export interface Solved extends Predistorted {
  readonly seen: EffectiveCrossbar;
}

export interface PredistortContext {
  readonly array: Target['array'];
  readonly cell: Target['cell'];
  readonly wires: Wires;
  /** Rows that conduct together. */
  readonly bank: number;
  /** What cells of a level conduct on average, by code (S). Absent: what the level says. */
  readonly means?: Float64Array | undefined;
  /** Corrections of the levels; 0 leaves them as they are. */
  readonly rounds: number;
  /** How the array is read, where lines have limits. */
  readonly reading?: Reading;
}

interface PredistortTask extends CodedArray {
  /** Whether what the wires make of the codes is wanted too: half a megabyte. */
  readonly whole: boolean;
}

/** One array per task: a solve takes a tenth of a second and more, and there is one more than rounds. */
export const job: Job<PredistortContext, PredistortTask, Predistorted & Partial<Solved>> = {
  module: import.meta.url,
  open: (context) => ({
    run: ({ whole, ...array }) => {
      const { seen, ...own } = predistort(context, array);
      return { ...own, ...(whole && { seen }) };
    },
  }),
};

/** The codes to program for an array, and the gains of its sums: solved without what is empty beyond its filled corner. */
export function predistort(context: PredistortContext, given: CodedArray): Solved {
  const { array, cell, wires } = context;
  const empty = idleConductance(cell) === 0;
  const corner = filledCorner(given.codes, array);
  const top = empty ? corner.top : 0;
  // Behind a second driver a row carries current, too.
  const columns = empty && wires.sides === 'one' ? corner.columns : array.columns;
  if (top === 0 && columns === array.columns) return predistortAll(context, given);
  const rows = array.rows - top;
  const small = { ...context, array: { ...array, rows, columns } };
  const sums = given.sums.map((sum) => ({ ...sum, startRow: sum.startRow - top, endRow: sum.endRow - top }));
  const codes = new Int16Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = (top + row) * array.columns;
    codes.set(given.codes.subarray(from, from + columns), row * columns);
  }
  const solved = predistortAll(small, { codes, sums });
  const all = {
    codes: given.codes.slice(),
    conductances: new Float64Array(given.codes.length),
    drivers: new Float64Array(array.rows),
  };
  all.drivers.set(solved.seen.drivers, top);
  for (let row = 0; row < rows; row++) {
    const [own, to] = [row * columns, (top + row) * array.columns];
    all.codes.set(solved.codes.subarray(own, own + columns), to);
    all.conductances.set(solved.seen.conductances.subarray(own, own + columns), to);
  }
  const over = solved.over.map((excess) => ({
    ...excess,
    index: excess.index + (excess.line === 'driver' ? top : 0),
  }));
  const { codes: own, ...seen } = all;
  return { codes: own, gains: solved.gains, over, seen };
}

/** The first row with weights, and the columns up to the last that has some. */
function filledCorner(codes: Int16Array, { rows, columns }: Target['array']) {
  let [top, right] = [rows, 0];
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++) {
      if (codes[at]! < 0) continue;
      top = Math.min(top, row);
      right = Math.max(right, column + 1);
    }
  return right === 0 ? { top: 0, columns } : { top, columns: right };
}

function predistortAll(context: PredistortContext, { codes, sums }: CodedArray): Solved {
  const { array, cell, wires, bank, rounds, reading } = context;
  const aims = sums.map((sum) => aimOf(sum, codes, array.columns));
  const step = levelStepOf(cell);
  const last = sums.some(({ moves }) => moves !== 'none') ? rounds : 0;
  const own = codes.slice();
  let best: { readonly solved: Solved; readonly error: number } | undefined;
  for (let round = 0; ; round++) {
    const cells = conductancesOf(own, cell);
    const seen = effectiveBanks(cells, array.rows, array.columns, wires, bank);
    const written = asWritten(context, own, cells, seen.conductances);
    const fits = aims.map((aim) => fit(aim, written, step));
    const error = fits.reduce((sum, own) => sum + own.error, 0);
    const gains = Float64Array.from(fits, ({ gain }) => gain);
    const over = reading ? worstOver(reading, seen) : [];
    if (!best || (error < best.error && over.length <= best.solved.over.length))
      best = { solved: { codes: own.slice(), gains, over, seen }, error };
    if (round === last) return best.solved;
    moveLevels(context, aims, own, written);
  }
}

/** Effective conductances with cells that conduct what their levels do on average, instead of what these say. */
function asWritten(
  { array, wires, bank, means }: PredistortContext,
  codes: Int16Array,
  cells: Float64Array,
  seen: Float64Array,
): Float64Array {
  if (!means) return seen;
  const shares = ladderShares(cells, { rows: array.rows, columns: array.columns, bank }, wires);
  return seen.map((g, c) => (codes[c]! < 0 ? g : g + shares[c]! * (means[codes[c]!]! - cells[c]!)));
}

function aimOf(sum: ColumnSum, codes: Int16Array, columns: number): Aim {
  const added: number[] = [];
  for (let row = sum.startRow; row < sum.endRow; row++) {
    const cell = row * columns + sum.added;
    if (codes[cell]! >= 0) added.push(cell);
  }
  const subtracted = added.map((cell) => cell + sum.subtracted - sum.added);
  const wanted = Float64Array.from(added, (cell, i) => codes[cell]! - codes[subtracted[i]!]!);
  const cells = { added: Int32Array.from(added), subtracted: Int32Array.from(subtracted) };
  return { moves: sum.moves, ...cells, wanted, set: wanted.slice() };
}

/** The best factor on what is seen, as the step that stands for it, and what it leaves of the sum's energy. */
function fit({ added, subtracted, wanted }: Aim, seen: Float64Array, step: number) {
  let [ww, we, ee] = [0, 0, 0];
  for (let i = 0; i < wanted.length; i++) {
    const w = wanted[i]!;
    const e = (seen[added[i]!]! - seen[subtracted[i]!]!) / step;
    ww += w * w;
    we += w * e;
    ee += e * e;
  }
  return we > 0 ? { gain: ee / we, error: 1 - (we * we) / (ww * ee) } : { gain: 1, error: ww > 0 ? 1 : 0 };
}
