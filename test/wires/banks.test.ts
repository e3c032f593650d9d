/** Rows that conduct bank by bank: against a dense solution of the whole crossbar with all other rows' cells cut off. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveBanks } from '../../src/wires/banks.ts';
import { effectiveConductances } from '../../src/wires/effective.ts';
import { anyCells, anyWires, drawnCells, oneOhm, relativeError } from './crossbars.ts';
import { solveDense } from './nodal.ts';

describe('a crossbar whose rows conduct bank by bank', () => {
  it('is every bank alone, the other cells cut off', () => {
    const { conductances } = drawnCells(7, 5, 50e-6, 4144e-6);
    const effective = effectiveBanks(conductances, 7, 5, oneOhm, 3);
    for (let i = 0; i < 7; i++) {
      // Banks are counted from the sensed end: row 0, rows 1 to 3, and rows 4 to 6.
      const bank = i === 0 ? [0] : i < 4 ? [1, 2, 3] : [4, 5, 6];
      const alone = conductances.map((g, c) => (bank.includes(Math.floor(c / 5)) ? g : 0));
      const inputs = Array.from({ length: 7 }, (_, row) => (row === i ? 1 : 0));
      const cells = { conductances: alone, rows: 7, columns: 5 };
      const { columnCurrents } = solveDense(cells, oneOhm, inputs);
      const own = effective.conductances.subarray(i * 5, (i + 1) * 5);
      expect(relativeError(own, columnCurrents)).toBeLessThan(1e-9);
    }
  });

  it('is the crossbar itself where all rows are one bank, whatever is left out around unformed cells', () => {
    fc.assert(
      fc.property(anyCells(9), anyWires, ({ conductances, rows, columns }, wires) => {
        const whole = effectiveConductances(conductances, rows, columns, wires);
        const banks = effectiveBanks(conductances, rows, columns, wires, rows);
        const apart = (a: Float64Array, b: Float64Array) =>
          a.every((value, c) => Math.abs(value - b[c]!) <= 1e-9 * Math.max(value, b[c]!) + 1e-30);
        expect(apart(banks.conductances, whole.conductances)).toBe(true);
        expect(apart(banks.drivers, whole.drivers)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('of fewer rows loses less', () => {
    const { conductances } = drawnCells(64, 16, 50e-6, 4144e-6);
    const left = (bank: number) =>
      effectiveBanks(conductances, 64, 16, oneOhm, bank).conductances.reduce((a, b) => a + b);
    expect(left(8)).toBeGreaterThan(left(32));
    expect(left(32)).toBeGreaterThan(left(64));
  });
});
