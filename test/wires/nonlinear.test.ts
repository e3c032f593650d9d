/** One product with nonlinear cells and gated rows against dense LU, Kirchhoff's law and a quadratic equation. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { effectiveConductances } from '../../src/wires/effective.ts';
import type { Cells, Wires } from '../../src/wires/network.ts';
import { solveMvm } from '../../src/wires/nonlinear.ts';
import {
  anyCells,
  anyInputs,
  anyWires,
  apply,
  drawnCells,
  largest,
  oneOhm,
  relativeError,
} from './crossbars.ts';
import { solveDense } from './nodal.ts';

const anyCase = (most: number) =>
  fc
    .tuple(anyCells(most), anyWires)
    .chain(([cells, wires]) => anyInputs(cells).map((inputs) => ({ cells, wires, inputs })));

describe('one product', () => {
  it('with ohmic cells has the currents and node voltages of dense LU', () => {
    fc.assert(
      fc.property(anyCase(7), ({ cells, wires, inputs }) => {
        const solved = solveMvm(cells, wires, { voltages: Float64Array.from(inputs) });
        const expected = solveDense(cells, wires, inputs);
        // Where inputs cancel, a current is small beside those of its cells.
        const floor = 1e-3 * largest(cells.conductances) * largest(inputs);
        expect(relativeError(solved.columnCurrents, expected.columnCurrents, floor)).toBeLessThan(1e-6);
        const volts = largest(inputs);
        expect(relativeError(solved.wordlines, expected.wordlines, volts)).toBeLessThan(1e-6);
        expect(relativeError(solved.bitlines, expected.bitlines, volts)).toBeLessThan(1e-6);
        expect(solved.steps).toBeLessThanOrEqual(2);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    [1, 1e-6, 100e-6, 6],
    [2, 50e-6, 4144e-6, 40],
  ])('agrees with the effective matrix of 128 x 128 cells at %d ohm', (ohm, low, high, iterations) => {
    const cells = drawnCells(128, 128, low, high);
    const wires: Wires = { rowSegment: ohm, columnSegment: ohm, driver: ohm, sense: ohm, sides: 'one' };
    const inputs = Array.from({ length: 128 }, (_, i) => (i % 3) * 0.1);
    const solved = solveMvm(cells, wires, { voltages: Float64Array.from(inputs) });
    const { conductances } = effectiveConductances(cells.conductances, 128, 128, wires);
    expect(relativeError(solved.columnCurrents, apply(conductances, 128, inputs))).toBeLessThan(1e-8);
    expect(solved.iterations).toBeLessThanOrEqual(iterations);
  });

  it('with one nonlinear cell solves its quadratic equation', () => {
    const [g, a, r, v] = [1e-3, 2, 500, 0.4];
    const wires: Wires = { rowSegment: 1, columnSegment: 1, driver: r, sense: 0, sides: 'one' };
    const cell: Cells = { conductances: Float64Array.of(g), rows: 1, columns: 1 };
    const { columnCurrents, steps } = solveMvm(
      cell,
      wires,
      { voltages: Float64Array.of(v), law: { quadratic: a, cubic: 0 } },
      { tolerance: 1e-13 },
    );
    // r g a x^2 + (1 + r g) x - v = 0 for the voltage x across the cell.
    const x = (-(1 + r * g) + Math.sqrt((1 + r * g) ** 2 + 4 * r * g * a * v)) / (2 * r * g * a);
    expect(columnCurrents[0]).toBeCloseTo((v - x) / r, 14);
    expect(steps).toBeLessThan(8);
  });

  it('with nonlinear cells satisfies the law of the cells and that of Kirchhoff at every node', () => {
    fc.assert(
      fc.property(
        anyCase(8),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 1, max: 20, noNaN: true }),
        ({ cells, wires, inputs }, quadratic, cubic) => {
          const { rows, columns, conductances } = cells;
          const solved = solveMvm(
            cells,
            wires,
            { voltages: Float64Array.from(inputs), law: { quadratic, cubic } },
            { tolerance: 1e-11 },
          );
          const scale = Math.max(largest(conductances) * largest(inputs), 1e-12);
          // Voltages are rounded, and the smallest resistance is 10 milliohm.
          const rounding = (1e-14 * largest(inputs)) / 0.01;
          const bound = 1e-8 * scale + rounding;
          const at = (of: Float64Array, i: number, j: number) => of[i * columns + j]!;
          const between = (a: number, b: number, ohm: number) => (ohm === 0 ? Number.NaN : (a - b) / ohm);
          for (let i = 0; i < rows; i++)
            for (let j = 0; j < columns; j++) {
              const [w, b] = [at(solved.wordlines, i, j), at(solved.bitlines, i, j)];
              const v = w - b;
              const law =
                at(Float64Array.from(conductances), i, j) * (v + quadratic * v * v + cubic * v ** 3);
              const current = at(solved.cellCurrents, i, j);
              expect(Math.abs(current - law)).toBeLessThan(1e-12 * scale);
              const from = between(
                j === 0 ? inputs[i]! : at(solved.wordlines, i, j - 1),
                w,
                j === 0 ? wires.driver : wires.rowSegment,
              );
              const last = j === columns - 1;
              const to = last
                ? wires.sides === 'one'
                  ? 0
                  : between(w, inputs[i]!, wires.driver)
                : between(w, at(solved.wordlines, i, j + 1), wires.rowSegment);
              const above = i === 0 ? 0 : between(at(solved.bitlines, i - 1, j), b, wires.columnSegment);
              const below =
                i === rows - 1
                  ? between(b, 0, wires.sense)
                  : between(b, at(solved.bitlines, i + 1, j), wires.columnSegment);
              // What flows through a wire without resistance is not known by its voltage.
              if (!Number.isNaN(from + to)) expect(Math.abs(from - to - current)).toBeLessThan(bound);
              if (!Number.isNaN(above + below)) expect(Math.abs(above + current - below)).toBeLessThan(bound);
            }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('takes the current of a gated row for none', () => {
    const cells = drawnCells(6, 4, 1e-5, 1e-4);
    const voltages = Float64Array.of(0.2, 0, 0.2, 0, 0.2, 0.2);
    const gatedOff = Uint8Array.of(0, 1, 0, 1, 0, 0);
    const solved = solveMvm(cells, { ...oneOhm, driver: 300 }, { voltages, gatedOff });
    expect([...solved.cellCurrents].map((i, c) => (gatedOff[c >> 2] ? i === 0 : i > 0))).not.toContain(false);
    const without = { ...cells, conductances: cells.conductances.map((g, c) => (gatedOff[c >> 2] ? 0 : g)) };
    const { conductances } = effectiveConductances(without.conductances, 6, 4, { ...oneOhm, driver: 300 });
    expect(relativeError(solved.columnCurrents, apply(conductances, 4, [...voltages]))).toBeLessThan(1e-8);
    // Held at 0 V instead, these rows take current from the bitlines.
    const held = solveMvm(cells, { ...oneOhm, driver: 300 }, { voltages });
    expect(held.columnCurrents.every((i, j) => i < solved.columnCurrents[j]!)).toBe(true);
  });

  it('of no input is none', () => {
    const solved = solveMvm(drawnCells(3, 3, 1e-6, 1e-4), oneOhm, { voltages: new Float64Array(3) });
    expect([...solved.columnCurrents]).toEqual([0, 0, 0]);
  });

  it.each([
    ['in the steps that it may take', 1, { quadratic: 0, cubic: 20 }],
    ['because the current falls as the voltage rises', 50, { quadratic: -4, cubic: 0 }],
  ])('says by how much it does not converge %s', (_, steps, law) => {
    const voltages = Float64Array.from({ length: 16 }, (_, i) => 0.3 * Math.cos(i * i));
    const solve = () => solveMvm(drawnCells(16, 16, 50e-6, 4144e-6), oneOhm, { voltages, law }, { steps });
    expect(solve).toThrow(DiagnosticError);
    expect(solve).toThrow(
      /wires\/not-converged\] at crossbar of 16 x 16 cells: after \d+ Newton step\(s\) the currents still differ by \d\S* of /,
    );
  });
});
