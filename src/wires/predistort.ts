/**
 * What the wires do to one array of a mapping, and what to program instead: the level codes that were meant -> codes whose
 * effective conductances come out in proportion to them, and the factor of proportion of every converter.
 *
 * Of a sum of column differences, e = (Geff+ - Geff-) / level step is what w = code+ - code- has become. The best factor on
 * what a converter gives is a = (w e) / (e e), so its step is worth 1 / a. Levels are corrected in rounds of
 *
 *   d <- d + (gain w - e) / (Geff / G),    gain = (w e) / (w w)
 *
 * with d the difference of the codes that are programmed, held within what a pair can hold and rounded to whole codes to be
 * judged. The best round is kept, of those that take no line over its limit. The gain falls where a window has no room left, and
 * all cells of the sum follow it.
 */

import { levelConductance, levelStepOf } from '../target/cell.ts';
import type { Target } from '../target/target.ts';
import type { Job } from '../threads/pool.ts';
import { effectiveBanks } from './banks.ts';
import { type Reading, worstOver } from './currents.ts';
import type { EffectiveCrossbar } from './effective.ts';
import { ladderModel } from './ladder-model.ts';
import type { Excess } from './limits.ts';
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

/** A sum with what it is to come to: one entry per row in which it has a weight. */
interface Aim {
  readonly sum: ColumnSum;
  /** Cells of the added and of the subtracted column. */
  readonly added: Int32Array;
  readonly subtracted: Int32Array;
  /** In level codes: wanted, and as it is programmed, before rounding. */
  readonly wanted: Float64Array;
  readonly set: Float64Array;
}

/** The codes to program for an array, and the gains of its sums. */
export function predistort(context: PredistortContext, { codes, sums }: CodedArray): Solved {
  const { array, wires, bank, rounds, reading } = context;
  const aims = sums.map((sum) => aimOf(sum, codes, array.columns));
  const step = levelStepOf(context.cell);
  const last = sums.some(({ moves }) => moves !== 'none') ? rounds : 0;
  const own = codes.slice();
  let best: { readonly solved: Solved; readonly error: number } | undefined;
  for (let round = 0; ; round++) {
    const cells = conductancesOf(own, context.cell);
    const seen = effectiveBanks(cells, array.rows, array.columns, wires, bank);
    const fits = aims.map((aim) => fit(aim, seen.conductances, step));
    const error = fits.reduce((sum, own) => sum + own.error, 0);
    const gains = Float64Array.from(fits, ({ gain }) => gain);
    const over = reading ? worstOver(reading, seen) : [];
    if (!best || (error < best.error && over.length <= best.solved.over.length))
      best = { solved: { codes: own.slice(), gains, over, seen }, error };
    if (round === last) return best.solved;
    moveLevels(context, aims, own, seen.conductances);
  }
}

/** Of the cells of an array, in siemens. @param codes of levels; -1 where no weight is */
export function conductancesOf(codes: Int16Array, cell: Target['cell']): Float64Array {
  const idle = cell.unused === 'reset' ? cell.gMin : cell.gUnformed;
  const levels = Float64Array.from({ length: cell.levels }, (_, code) => levelConductance(cell, code));
  const cells = new Float64Array(codes.length);
  for (let c = 0; c < cells.length; c++) cells[c] = codes[c]! < 0 ? idle : levels[codes[c]!]!;
  return cells;
}

/** Steps of a round: twice as many bring a decibel where wires take most, and nothing elsewhere. */
const stepsOfRound = 16;

/** One round of corrections. @param seen effective conductances of the codes */
function moveLevels(
  { array, cell, wires, bank }: PredistortContext,
  aims: readonly Aim[],
  codes: Int16Array,
  seen: Float64Array,
): void {
  const moving = aims.filter(({ sum }) => sum.moves !== 'none');
  const level = levelStepOf(cell);
  const modelOf = (cells: Float64Array) => ladderModel(cells, { ...array, bank }, wires);
  let cells = conductancesOf(codes, cell);
  const before = modelOf(cells);
  let expected = seen;
  for (let step = 1; ; step++) {
    for (const aim of moving) move(aim, codes, expected, cells, cell.levels - 1, level);
    if (step === stepsOfRound) return;
    cells = conductancesOf(codes, cell);
    const after = modelOf(cells);
    expected = seen.map((exact, c) => exact + after[c]! - before[c]!);
  }
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
  return { sum, ...cells, wanted, set: wanted.slice() };
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

/** One correction of the codes of a sum. */
function move(
  { sum, added, subtracted, wanted, set }: Aim,
  codes: Int16Array,
  seen: Float64Array,
  cells: Float64Array,
  top: number,
  step: number,
): void {
  const become = wanted.map((_, i) => (seen[added[i]!]! - seen[subtracted[i]!]!) / step);
  let [ww, we] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    ww += wanted[i]! ** 2;
    we += wanted[i]! * become[i]!;
  }
  const gain = ww > 0 ? Math.max(0, we / ww) : 1;
  for (let i = 0; i < wanted.length; i++) {
    const [plus, minus] = [added[i]!, subtracted[i]!];
    const moved = sum.moves === 'both' && set[i]! < 0 ? minus : plus;
    // Far down a column little is left of a cell: a step as large as that asks for would overshoot.
    const left = Math.min(1, Math.max(leastLeft, seen[moved]! / cells[moved]!));
    const next = set[i]! + (gain * wanted[i]! - become[i]!) / left;
    if (sum.moves === 'both') {
      set[i] = Math.min(top, Math.max(-top, next));
      codes[plus] = Math.max(0, Math.round(set[i]!));
      codes[minus] = Math.max(0, -Math.round(set[i]!));
    } else {
      const reference = codes[minus]!;
      set[i] = Math.min(top - reference, Math.max(-reference, next));
      codes[plus] = Math.round(set[i]!) + reference;
    }
  }
}

const leastLeft = 0.02;
