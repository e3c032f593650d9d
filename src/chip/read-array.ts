/**
 * One array as the converters see it under given conditions: what happens to its cells, then the wires. A job, because a
 * chip has hundreds of arrays.
 */
import { ageings, densities, fluctuations, varianceAt } from '../conditions/cells.ts';
import { defined } from '../defined.ts';
import type { Target } from '../target/target.ts';
import type { Job } from '../threads/pool.ts';
import { effectiveBanks } from '../wires/banks.ts';
import { bankOf, worstOver } from '../wires/currents.ts';
import { throughLike } from '../wires/like.ts';
import type { Excess } from '../wires/limits.ts';
import { keyOf, readAfter } from './ages.ts';
import { drawDrivers } from './converter-errors.ts';
import type { ReadConditions } from './read-conditions.ts';

export interface ReadContext {
  readonly target: Target;
  readonly rows: number;
  readonly columns: number;
  readonly seed: number;
  readonly conditions: ReadConditions;
  /** By pass over the chip, seconds from its end to that of the last (ages.ts). */
  readonly leads: readonly number[];
}

export interface ArrayTask {
  /** Number on the chip: it keys the draws. */
  readonly array: number;
  /** As programmed (S). */
  readonly conductances: Float32Array;
  /** What each cell remembers of its traps; absent where that is nothing. */
  readonly traps: Uint32Array | undefined;
  /** The pass that wrote each cell; absent where there was one. */
  readonly passes: Uint8Array | undefined;
  /** The same array of a chip that differs little. Absent: this one is solved by itself. */
  readonly like?: WiredArray | undefined;
}

/** An array and what its wires make of it. */
export interface WiredArray {
  /** Of its cells (S), row by row. */
  readonly cells: Float32Array;
  /** What their columns see of them (S). */
  readonly through: Float32Array;
}

export interface ReadArray {
  /** Siemens, row by row. */
  readonly conductances: Float32Array;
  /** Variance of the white noise of every reading of every cell (S^2); undefined without. */
  readonly variances: Float32Array | undefined;
  /** 1/f noise of every cell, law by law: variance (S^2) that a factor e of time scales adds. */
  readonly densities: readonly Float32Array[];
  /** The busiest driver and the busiest column that are over their limits. */
  readonly over: readonly Excess[];
  /** Where it was solved by itself. */
  readonly wired?: WiredArray;
}

export const job: Job<ReadContext, ArrayTask, ReadArray> = {
  module: import.meta.url,
  open: (context) => ({ run: (task) => readArray(context, task) }),
};

function readArray(context: ReadContext, task: ArrayTask): ReadArray {
  const { array, conductances, traps, passes, like } = task;
  const { target, conditions, seed, leads } = context;
  // A cell that was never formed has no filament that could drift or fluctuate.
  const unformed = Math.fround(target.cell.gUnformed);
  const formed = (cell: number) => conductances[cell] !== unformed;
  const passOf = (cell: number) => passes?.[cell] ?? 0;
  const cells = shared(conductances);
  const { at } = conditions;
  const all = cells.length;
  for (const [pass, lead] of leads.entries())
    for (const move of ageings(target, { seed, array, window: target.cell, at: at + lead }))
      for (let cell = 0; cell < all; cell++)
        if (formed(cell) && passOf(cell) === pass) cells[cell] = move(cells[cell]!, keyOf(cell, pass, all));
  for (const move of fluctuations(target, { seed, array, times: timesSeen(conditions, leads), traps }))
    for (let cell = 0; cell < all; cell++) if (formed(cell)) cells[cell] = move(cells[cell]!, cell);
  let over: readonly Excess[] = [];
  const ofCells = (law: (g: number, programmed: number, pass: number) => number) => {
    const made = shared(conductances);
    made.forEach((programmed, cell) => {
      made[cell] = formed(cell) ? law(cells[cell]!, programmed, passOf(cell)) : 0;
    });
    return made;
  };
  const white = conditions.noise ? leads.map((lead) => varianceAt(target, at + lead)) : [];
  const variances = white[0] && ofCells((g, programmed, pass) => white[pass]!(g, programmed));
  const accumulating = conditions.noise ? densities(target).map(ofCells) : [];
  const noises = variances ? [variances, ...accumulating] : accumulating;
  let wired: WiredArray | undefined;
  if (conditions.wires && target.wires) {
    const { rows, columns } = context;
    const shape = { rows, columns, bank: bankOf(target, rows) };
    const before = shared(cells);
    let seen: ArrayLike<number>;
    if (like) seen = throughLike(before, like, shape, target.wires);
    else {
      const effective = effectiveBanks(cells, rows, columns, target.wires, shape.bank);
      over = worstOver(target, effective);
      wired = { cells: before, through: shared(effective.conductances) };
      seen = effective.conductances;
    }
    cells.forEach((g, cell) => {
      const through = seen[cell]!;
      // A change of one cell reaches the converter about as weakened as its current does.
      if (g > 0) for (const noise of noises) noise[cell]! *= Math.min(1, through / g) ** 2;
      cells[cell] = through;
    });
  }
  drive(context, array, cells, noises);
  return { conductances: cells, variances, densities: accumulating, over, ...defined({ wired }) };
}

/** Rows whose drivers give more or less than the read voltage: as if their cells conducted more or less. */
function drive(
  { target, seed, rows, columns }: ReadContext,
  array: number,
  cells: Float32Array,
  noises: readonly Float32Array[],
): void {
  if (!target.driverErrors) return;
  const gains = drawDrivers(target.driverErrors, { seed, array, rows });
  for (let cell = 0; cell < cells.length; cell++) {
    const gain = gains[Math.floor(cell / columns)]!;
    cells[cell]! *= gain;
    for (const noise of noises) noise[cell]! *= gain ** 2;
  }
}

/** Memory that threads hand over without copying. */
function shared(values: Float32Array | Float64Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(4 * values.length));
  copy.set(values);
  return copy;
}

/** Times since the first pass at which fluctuators were seen: after it, before every other, then batch after batch. */
function timesSeen({ at, batch, interval }: ReadConditions, leads: readonly number[]): number[] {
  const batches = Array.from({ length: batch + 1 }, (_, i) => leads[0]! + at + i * interval);
  return [0, ...readAfter(leads, 0), ...batches];
}
