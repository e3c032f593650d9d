/**
 * What a reading of a cell says of it at a later time: the level code that it was told, and how old it is -> the best linear
 * estimate of its conductance then, and how far that may be off. By the target's own laws, over cells of a chip that is never made.
 */
import { bandAt } from '../conditions/accumulated.ts';
import { accumulations, densities, moves, varianceAt } from '../conditions/cells.ts';
import { covarianceOf } from '../math/one-over-f.ts';
import { openCells } from '../schemes/cells.ts';
import { asProgrammed, instructionTolerance } from '../schemes/models.ts';
import { levelConductance } from '../target/cell.ts';
import type { Target } from '../target/target.ts';

/** Codes for which the laws are asked; what lies between is interpolated. */
const knots = 65;
/** Cells of each, in an array of their own. */
const shape = { rows: 20, columns: 20, hiddenBits: 0 };
/** Standard deviations from where cells are expected, beyond which one does not do as it is told. */
const outlying = 6;

/** When cells are read, and when they will be used: seconds since they were written. */
export interface Ages {
  readonly read: number;
  readonly used: number;
}

/** How readings are taken. */
export interface Readings {
  readonly count: number;
  /** Seconds that those of one cell take. */
  readonly time: number;
  readonly noise: boolean;
}

/** By level code; conductances in S. */
export interface Foresight {
  /** What a reading gives, on average, and its standard deviation. */
  readonly reading: Float64Array;
  readonly spread: Float64Array;
  /** What cells conduct when they are used, and the variance of that. */
  readonly later: Float64Array;
  readonly variance: Float64Array;
  /** Change of the estimate per change of the reading, and the variance that knowing the reading leaves. */
  readonly slope: Float64Array;
  readonly left: Float64Array;
}

/** Programs cells of every knot, those that respond. */
export function programmedCells(target: Target): readonly Float64Array[] {
  const cells = openCells(target, shape, 0, 0);
  const tolerance = instructionTolerance(target);
  const count = shape.rows * shape.columns;
  return knotCodes(target).map((code, knot) => {
    const level = levelConductance(target.cell, code);
    const made: number[] = [];
    for (let cell = 0; cell < count; cell++) {
      const event = knot * count + cell;
      const from = cells.reset(cell, event);
      const done = cells.program!({ cell, event, from, level, tolerance, stuck: undefined });
      if (done.accepted) made.push(done.conductance);
    }
    // A scheme whose every cell is given up has levels all the same.
    return Float64Array.from(made.length > 0 ? made : [level]);
  });
}

/** @param programmed as `programmedCells` gives them */
export function foresee(
  target: Target,
  programmed: readonly Float64Array[],
  { read, used }: Ages,
  readings: Readings,
): Foresight {
  const at = (age: number) =>
    moves(asProgrammed(target), { seed: 0, array: 0, window: target.cell, at: age, times: [0, age] });
  const [early, late] = [at(read), at(used)];
  const noise = noiseLaw(target, { read, used }, readings);
  const rows = programmed.map((cells) => {
    const moved = (laws: typeof early) =>
      cells.map((g, cell) => laws.reduce((now, move) => move(now, cell), g));
    const [before, after] = [moved(early), moved(late)];
    const [x, y] = [meanOf(before), meanOf(after)];
    const { whole, common } = noise(x, meanOf(cells));
    const seen = covariance(before, before) + whole;
    const both = covariance(before, after) + common;
    // Noise of the readings that use the cell is theirs, whenever it was written.
    const variance = covariance(after, after);
    const slope = seen > 0 ? both / seen : 1;
    return [x, Math.sqrt(seen), y, variance, slope, Math.max(0, variance - slope * both)];
  });
  const codes = knotCodes(target);
  const column = (n: number) => interpolated(codes, rows, n, target.cell.levels);
  return {
    reading: column(0),
    spread: column(1),
    later: column(2),
    variance: column(3),
    slope: column(4),
    left: column(5),
  };
}

/** Whether a cell that was told a code reads as none of them does that can be programmed. */
export function isOutlying({ reading, spread }: Foresight, code: number, read: number): boolean {
  return Math.abs(read - reading[code]!) > outlying * spread[code]!;
}

function knotCodes({ cell }: Target): number[] {
  const most = cell.levels - 1;
  const count = Math.min(knots, cell.levels);
  return Array.from({ length: count }, (_, i) => Math.round((i * most) / (count - 1)));
}

/** Noise of a reading of a cell, and what of it is still there when the cell is used (S^2). */
function noiseLaw(
  target: Target,
  { read, used }: Ages,
  { count, time, noise }: Readings,
): (g: number, programmed: number) => { readonly whole: number; readonly common: number } {
  if (!noise) return () => ({ whole: 0, common: 0 });
  const loop = openCells(target, shape, 0, 0).readBack?.readNoise ?? 0;
  const white = varianceAt(target, read);
  const slow = accumulations(target).map(({ clock }) => {
    const { from, to } = bandAt(clock, read);
    const band = { from: Math.max(from, time), to };
    return [covarianceOf(band, 0), covarianceOf(band, used - read)] as const;
  });
  const laws = densities(target);
  return (g, programmed) => {
    let whole = (loop ** 2 + (white?.(g, programmed) ?? 0)) / count;
    let common = 0;
    for (const [law, [all, lasting]] of slow.entries()) {
      const density = laws[law]!(g, programmed);
      whole += density * all;
      common += density * lasting;
    }
    return { whole, common };
  };
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function covariance(a: Float64Array, b: Float64Array): number {
  const [x, y] = [meanOf(a), meanOf(b)];
  return a.reduce((sum, value, i) => sum + (value - x) * (b[i]! - y), 0) / a.length;
}

function interpolated(
  codes: readonly number[],
  rows: readonly (readonly number[])[],
  n: number,
  levels: number,
): Float64Array {
  const values = new Float64Array(levels);
  for (let knot = 0; knot + 1 < codes.length; knot++) {
    const [from, to] = [codes[knot]!, codes[knot + 1]!];
    for (let code = from; code <= to; code++) {
      const share = (code - from) / (to - from);
      values[code] = (1 - share) * rows[knot]![n]! + share * rows[knot + 1]![n]!;
    }
  }
  return values;
}
