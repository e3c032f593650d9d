/** Levels that make up for wires: on Gaussian weights, as shares of what the columns were to compute. */
import { describe, expect, it } from 'vitest';
import { gaussianCells, signalLeft } from '../../bench/gaussian.ts';
import { openStream } from '../../src/math/random.ts';
import { effectiveConductances } from '../../src/wires/effective.ts';
import { type CodedArray, type ColumnSum, predistort } from '../../src/wires/predistort.ts';

const [rows, columns] = [64, 64];
const wires = { rowSegment: 1, columnSegment: 1, driver: 1, sense: 1, sides: 'one' } as const;
const cell = {
  levels: 64,
  gMin: 50e-6,
  gMax: 459e-6,
  gUseMin: 50e-6,
  gUseMax: 459e-6,
  encoding: 'differential',
  unused: 'unformed',
  gUnformed: 0,
} as const;
const step = (cell.gUseMax - cell.gUseMin) / 63;
const array = { rows, columns, arraysPerChip: 1 };
const context = { array, cell, wires, bank: rows, rounds: 1 };

const sumsWith = (moves: ColumnSum['moves']): ColumnSum[] =>
  Array.from({ length: 32 }, (_, j) => ({
    block: 0,
    added: 2 * j,
    subtracted: 2 * j + 1,
    startRow: 0,
    endRow: rows,
    moves,
  }));
const weights = gaussianCells(rows, 32, 3);
const codes = Int16Array.from(weights.pairs, (share) => Math.round(63 * share));
const given: CodedArray = { codes, sums: sumsWith('both') };

/** dB of what a chip with these codes computes, each column rescaled as best it can be. */
function left(own: Int16Array): number {
  const cells = Float64Array.from(own, (code) => (code < 0 ? 0 : cell.gUseMin + code * step));
  return signalLeft(codes, effectiveConductances(cells, rows, columns, wires).conductances, rows, 32);
}

describe('levels corrected for wires', () => {
  it('bring most of the signal back', () => {
    const { codes: own } = predistort(context, given);
    expect(left(codes)).toBeLessThan(25);
    expect(left(own)).toBeGreaterThan(left(codes) + 8);
    expect(own.every((code) => code >= 0 && code < 64)).toBe(true);
  });

  it('make up for what cells of a level conduct on average, too', () => {
    // A write loop that stops two levels low, but for the lowest level.
    const means = Float64Array.from(
      { length: 64 },
      (_, code) => cell.gUseMin + (code - (code > 0 ? 2 : 0)) * step,
    );
    const written = (own: Int16Array) => {
      const cells = Float64Array.from(own, (code) => (code < 0 ? 0 : means[code]!));
      return signalLeft(codes, effectiveConductances(cells, rows, columns, wires).conductances, rows, 32);
    };
    const blind = written(predistort(context, given).codes);
    expect(written(predistort({ ...context, means }, given).codes)).toBeGreaterThan(blind + 3);
  });

  it('are those that many exact solves lead to, up to half a decibel', () => {
    const solved = (rounds: number) => left(predistort({ ...context, rounds }, given).codes);
    expect(solved(1)).toBeGreaterThan(solved(6) - 0.5);
  });

  it('come with the gains of what the columns then compute', () => {
    const { codes: own, gains } = predistort(context, given);
    const cells = Float64Array.from(own, (code) => cell.gUseMin + code * step);
    const seen = effectiveConductances(cells, rows, columns, wires).conductances;
    for (const [j, gain] of gains.entries()) {
      let [we, ee] = [0, 0];
      for (let i = 0; i < rows; i++) {
        const at = i * columns + 2 * j;
        const e = (seen[at]! - seen[at + 1]!) / step;
        we += (codes[at]! - codes[at + 1]!) * e;
        ee += e * e;
      }
      expect(gain / (ee / we)).toBeCloseTo(1, 9);
    }
  });

  it('are those that were given where no round is asked for, or no cell may move', () => {
    expect(predistort({ ...context, rounds: 0 }, given).codes).toEqual(codes);
    expect(predistort(context, { codes, sums: sumsWith('none') }).codes).toEqual(codes);
  });

  it('move no reference column, and no cell without a weight', () => {
    const beside = codes.slice();
    const random = openStream(1, 'unformed', 0);
    for (let i = 0; i < rows; i++) {
      beside[i * columns + 63] = 31;
      if (random.uniform() < 0.2) for (let j = 0; j < columns; j++) beside[i * columns + j] = -1;
    }
    const sums = Array.from({ length: 63 }, (_, j): ColumnSum => {
      return { block: 0, added: j, subtracted: 63, startRow: 0, endRow: rows, moves: 'added' };
    });
    const { codes: own } = predistort(context, { codes: beside, sums });
    expect(own).not.toEqual(beside);
    for (let c = 0; c < own.length; c++)
      if (beside[c]! < 0 || c % columns === 63) expect(own[c]).toBe(beside[c]);
  });

  it('without resistance are as they were, with gains of 1', () => {
    const none = { rowSegment: 0, columnSegment: 0, driver: 0, sense: 0, sides: 'one' } as const;
    const same = predistort({ ...context, wires: none }, given);
    expect(same.codes).toEqual(codes);
    expect(Math.max(...same.gains.map((gain) => Math.abs(gain - 1)))).toBeLessThan(1e-9);
  });
});
