/** The choice of cells of one column, against sums written out and against every choice that there is. */
import { describe, expect, test } from 'vitest';
import { openStream } from '../../src/math/random.ts';
import { type CellStates, chooseWrites } from '../../src/rewrite/choose-writes.ts';

interface Column {
  /** [row][row], whole. */
  readonly covariance: number[][];
  readonly wanted: Float64Array;
  readonly cells: CellStates;
  readonly later: Float64Array;
  readonly variance: Float64Array;
}

/** Pairs of cells whose difference is a weight, each off by some noise. @param doubt of what is written (S^2) */
function drawColumn(seed: number, rows: number, levels: number, doubt: number): Column {
  const stream = openStream(seed, 'column', rows);
  const root = Array.from({ length: rows }, () => Array.from({ length: rows }, () => stream.normal()));
  const covariance = root.map((a) => root.map((b) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)));
  const codes = Array.from({ length: rows }, () => Math.round((levels - 1) * (2 * stream.uniform() - 1)));
  const count = 2 * rows;
  return {
    covariance,
    wanted: Float64Array.from(codes),
    cells: {
      row: Int32Array.from({ length: count }, (_, n) => n >> 1),
      weight: Float64Array.from({ length: count }, (_, n) => (n % 2 === 0 ? 1 : -1)),
      free: new Uint8Array(count).fill(1),
      least: new Int32Array(count),
      most: new Int32Array(count).fill(levels - 1),
      expected: Float64Array.from({ length: count }, (_, n) => {
        const code = codes[n >> 1]! * (n % 2 === 0 ? 1 : -1);
        return Math.max(0, code) + 0.7 * stream.normal();
      }),
      variance: new Float64Array(count).fill(0.01),
    },
    later: Float64Array.from({ length: levels }, (_, code) => code),
    variance: new Float64Array(levels).fill(doubt),
  };
}

const copied = (cells: CellStates): CellStates => ({
  ...cells,
  expected: cells.expected.slice(),
  variance: cells.variance.slice(),
});

/** The spans of a covariance, as upper triangles. @param cut rows of each */
function spansOf({ covariance }: Column, cut = covariance.length) {
  return Array.from({ length: Math.ceil(covariance.length / cut) }, (_, i) => {
    const own = covariance.slice(i * cut, (i + 1) * cut).map((row) => row.slice(i * cut, (i + 1) * cut));
    const upper = own.map((row, r) => row.map((value, c) => (c >= r ? value : Number.NaN)));
    return { start: i * cut, covariance: Float64Array.from(upper.flat()) };
  });
}

/** e^T C e less what the best gain takes away, and the doubt, as the sums that they are. */
function errorOf(
  { covariance, wanted, cells }: Column,
  conductances: ArrayLike<number>,
  doubts: ArrayLike<number>,
): number {
  const weights = new Float64Array(wanted.length);
  const doubt = new Float64Array(wanted.length);
  for (const [n, row] of cells.row.entries()) {
    weights[row]! += cells.weight[n]! * conductances[n]!;
    doubt[row]! += doubts[n]!;
  }
  const form = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    covariance.reduce((sum, line, i) => sum + line.reduce((own, c, j) => own + c * a[i]! * b[j]!, 0), 0);
  const error = weights.map((w, i) => w - wanted[i]!);
  const along = form(wanted, error);
  const apart = form(error, error) - along ** 2 / form(wanted, wanted);
  return apart + doubt.reduce((sum, v, i) => sum + covariance[i]![i]! * v, 0);
}

/** Error of a choice: code -1 leaves a cell. */
function errorAfter(column: Column, codes: ArrayLike<number>): number {
  const { cells, later, variance } = column;
  const told = (of: Float64Array, kept: Float64Array) =>
    Array.from(kept, (value, n) => (codes[n]! < 0 ? value : of[codes[n]!]!));
  return errorOf(column, told(later, cells.expected), told(variance, cells.variance));
}

describe('choosing writes', () => {
  test('counts errors as the sums that they are, and never makes them larger', () => {
    for (let seed = 0; seed < 30; seed++) {
      const column = drawColumn(seed, 5, 9, 0.05);
      const { codes, before, after, signal } = chooseWrites(
        spansOf(column),
        column.wanted,
        copied(column.cells),
        column,
      );
      expect(before).toBeCloseTo(errorAfter(column, new Int32Array(10).fill(-1)), 6);
      expect(after).toBeCloseTo(errorAfter(column, codes), 6);
      expect(after).toBeLessThanOrEqual(before);
      const { covariance, wanted } = column;
      const power = covariance.flatMap((row, i) => row.map((c, j) => c * wanted[i]! * wanted[j]!));
      expect(signal).toBeCloseTo(
        power.reduce((a, b) => a + b),
        6,
      );
    }
  });

  test('comes near the best of all choices', () => {
    const levels = 4;
    let [found, best, before] = [0, 0, 0];
    for (let seed = 0; seed < 12; seed++) {
      const column = drawColumn(seed, 3, levels, 0.02);
      const chosen = chooseWrites(spansOf(column), column.wanted, copied(column.cells), column);
      let least = Number.POSITIVE_INFINITY;
      const codes = new Int32Array(6);
      for (let choice = 0; choice < (levels + 1) ** 6; choice++) {
        for (let n = 0, rest = choice; n < 6; n++, rest = Math.floor(rest / (levels + 1)))
          codes[n] = (rest % (levels + 1)) - 1;
        least = Math.min(least, errorAfter(column, codes));
      }
      expect(chosen.after).toBeGreaterThanOrEqual(least - 1e-9);
      found += chosen.after;
      best += least;
      before += chosen.before;
    }
    // Of what could be taken away at all, nearly everything is.
    expect((before - found) / (before - best)).toBeGreaterThan(0.9);
  });

  test('the one write of a column with a single free cell is the best there is', () => {
    for (let seed = 0; seed < 30; seed++) {
      const column = drawColumn(seed, 4, 16, 0.01);
      const alone = { ...column.cells, free: Uint8Array.from({ length: 8 }, (_, n) => (n === 2 ? 1 : 0)) };
      const { after, before, codes } = chooseWrites(spansOf(column), column.wanted, copied(alone), column);
      const tries = Array.from({ length: 16 }, (_, code) =>
        errorAfter(
          column,
          Int32Array.from({ length: 8 }, (_, n) => (n === 2 ? code : -1)),
        ),
      );
      const best = Math.min(...tries);
      // A fiftieth of the error is what a write has to be worth.
      expect(after).toBeCloseTo(best < 0.98 * before ? best : before, 6);
      expect([...codes].filter((_, n) => n !== 2)).toEqual(Array(7).fill(-1));
    }
  });

  test('rows of different spans are apart', () => {
    const column = drawColumn(3, 6, 9, 0.05);
    const apart = {
      ...column,
      covariance: column.covariance.map((row, i) => row.map((c, j) => (i < 3 === j < 3 ? c : 0))),
    };
    const cut = chooseWrites(spansOf(apart, 3), apart.wanted, copied(apart.cells), apart);
    expect(cut).toEqual(chooseWrites(spansOf(apart), apart.wanted, copied(apart.cells), apart));
  });

  test('what is written for sure is written; a column without a signal stays', () => {
    const column = drawColumn(1, 4, 9, 10);
    const doubtful = chooseWrites(spansOf(column), column.wanted, copied(column.cells), column);
    expect(doubtful.after).toBe(doubtful.before);
    const silent = { ...column, wanted: new Float64Array(4) };
    const none = chooseWrites(spansOf(silent), silent.wanted, copied(silent.cells), silent);
    expect(none).toMatchObject({ before: 0, after: 0, signal: 0 });
    expect([...none.codes]).toEqual(Array(8).fill(-1));
  });
});
