/**
 * One round of corrections of the levels of an array: steps of the quick model of its wires, from an exact solve on,
 *
 *   d <- d + (gain w - e) / (Geff / G),    gain = (w e) / (w w)
 *
 * with w the differences of codes that are wanted, e what they have become, and d those that are programmed, held within what a pair
 * can hold and rounded to whole codes: a code stays where another would be further off. The gain falls where a window has no room left, and all cells of the sum follow it.
 */
import { levelStepOf } from '../target/cell.ts';
import type { Target } from '../target/target.ts';
import { ladderShares } from './ladder-model.ts';
import { conductancesOf, levelConductances } from './level-conductances.ts';
import type { Wires } from './network.ts';

/** A sum with what it is to come to: one entry per row in which it has a weight. */
export interface Aim {
  /** Whether both cells of a weight may be moved, only the added one, or neither. */
  readonly moves: 'both' | 'added' | 'none';
  /** Cells of the added and of the subtracted column. */
  readonly added: Int32Array;
  readonly subtracted: Int32Array;
  /** In level codes: wanted, and as it is programmed. */
  readonly wanted: Float64Array;
  readonly set: Float64Array;
}

interface Surroundings {
  readonly array: Pick<Target['array'], 'rows' | 'columns'>;
  readonly cell: Target['cell'];
  readonly wires: Wires;
  readonly bank: number;
  /** What cells of a level conduct on average, by code (S). Absent: what the level says. */
  readonly means?: Float64Array | undefined;
}

/** Steps of a round: twice as many bring a decibel where wires take most, and nothing elsewhere. */
const stepsOfRound = 16;

/** @param codes are changed @param seen effective conductances of the codes, solved exactly, of cells as they are on average */
export function moveLevels(
  { array, cell, wires, bank, means }: Surroundings,
  aims: readonly Aim[],
  codes: Int16Array,
  seen: Float64Array,
): void {
  const moving = aims.filter(({ moves }) => moves !== 'none');
  const shape = { rows: array.rows, columns: array.columns, bank };
  const levels = means ?? levelConductances(cell);
  const cells = conductancesOf(codes, cell, levels);
  const shares = ladderShares(cells, shape, wires);
  // What the model leaves out stays as it is.
  const beside = seen.map((exact, c) => exact - shares[c]! * cells[c]!);
  const longest = Math.max(0, ...moving.map(({ wanted }) => wanted.length));
  const state = { codes, cells, shares, beside, become: new Float64Array(longest), cell, levels };
  for (let step = 1; ; step++) {
    let moved = false;
    for (const aim of moving) if (move(aim, state)) moved = true;
    if (!moved || step === stepsOfRound) return;
    ladderShares(cells, shape, wires, shares);
  }
}

interface State {
  readonly codes: Int16Array;
  /** Of the codes (S), kept up to date. */
  readonly cells: Float64Array;
  readonly shares: Float64Array;
  readonly beside: Float64Array;
  readonly become: Float64Array;
  readonly cell: Target['cell'];
  /** What cells conduct, by code (S). */
  readonly levels: Float64Array;
}

/** One step of a sum. @returns whether any code is another now */
function move(
  { moves, added, subtracted, wanted, set }: Aim,
  { codes, cells, shares, beside, become, cell, levels }: State,
): boolean {
  const step = levelStepOf(cell);
  const top = cell.levels - 1;
  let [ww, we] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    const [plus, minus] = [added[i]!, subtracted[i]!];
    const difference =
      beside[plus]! + shares[plus]! * cells[plus]! - beside[minus]! - shares[minus]! * cells[minus]!;
    become[i] = difference / step;
    ww += wanted[i]! * wanted[i]!;
    we += wanted[i]! * become[i]!;
  }
  const gain = ww > 0 ? Math.max(0, we / ww) : 1;
  let changed = false;
  for (let i = 0; i < wanted.length; i++) {
    const [plus, minus] = [added[i]!, subtracted[i]!];
    const moved = moves === 'both' && set[i]! < 0 ? minus : plus;
    // Far down a column little is left of a cell: a step as large as that asks for would overshoot.
    const left = Math.min(1, Math.max(leastLeft, beside[moved]! / cells[moved]! + shares[moved]!));
    const next = set[i]! + (gain * wanted[i]! - become[i]!) / left;
    const reference = moves === 'both' ? 0 : codes[minus]!;
    const least = moves === 'both' ? -top : -reference;
    const own = Math.round(Math.max(least, Math.min(top - reference, next)));
    if (own === set[i]) continue;
    changed = true;
    set[i] = own;
    codes[plus] = moves === 'both' ? Math.max(0, own) : own + reference;
    cells[plus] = levels[codes[plus]!]!;
    if (moves !== 'both') continue;
    codes[minus] = Math.max(0, -own);
    cells[minus] = levels[codes[minus]!]!;
  }
  return changed;
}

const leastLeft = 0.02;
