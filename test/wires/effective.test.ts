/** Effective conductances against nodal analysis by dense LU, closed forms, and what must hold for any network. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import { effectiveConductances } from '../../src/wires/effective.ts';
import type { Cells, Wires } from '../../src/wires/network.ts';
import { anyCells, anyWires, apply, drawnCells, oneOhm, relativeError } from './crossbars.ts';
import { solveDense } from './nodal.ts';

const solve = ({ conductances, rows, columns }: Cells, wires: Wires) =>
  effectiveConductances(conductances, rows, columns, wires);

/** One dense solve per row. */
function dense(cells: Cells, wires: Wires): number[] {
  return Array.from({ length: cells.rows }, (_, row) =>
    solveDense(
      cells,
      wires,
      Array.from({ length: cells.rows }, (_, i) => (i === row ? 1 : 0)),
    ),
  ).flatMap(({ columnCurrents }) => columnCurrents);
}

describe('effective conductances', () => {
  it('are those of nodal analysis by dense LU', () => {
    fc.assert(
      fc.property(anyCells(6), anyWires, (cells, wires) => {
        const expected = dense(cells, wires);
        const floor = 1e-6 * Math.max(...expected);
        expect(relativeError(solve(cells, wires).conductances, expected, floor)).toBeLessThan(1e-9);
      }),
      { numRuns: 150 },
    );
  });

  it.each(['one', 'two'] as const)('are those of dense LU for 16 x 16 cells, driven from %s', (sides) => {
    const cells = drawnCells(16, 16, 50e-6, 4144e-6);
    const wires: Wires = { rowSegment: 2, columnSegment: 1.5, driver: 30, sense: 4, sides };
    const inputs = Array.from({ length: 16 }, (_, i) => (i * 0.2) / 16);
    const { columnCurrents } = solveDense(cells, wires, inputs);
    expect(relativeError(apply(solve(cells, wires).conductances, 16, inputs), columnCurrents)).toBeLessThan(
      1e-11,
    );
  });

  it('with drivers alone follow from how resistances in series divide a voltage', () => {
    const cells = drawnCells(5, 7, 1e-6, 1e-3);
    const driver = 200;
    const { conductances, drivers } = solve(cells, {
      rowSegment: 0,
      columnSegment: 0,
      driver,
      sense: 0,
      sides: 'one',
    });
    const sumOf = (row: number, of: Float64Array) => {
      let sum = 0;
      for (let j = 0; j < 7; j++) sum += of[row * 7 + j]!;
      return sum;
    };
    const expected = Float64Array.from(
      cells.conductances,
      (g, c) => g / (1 + driver * sumOf(Math.floor(c / 7), Float64Array.from(cells.conductances))),
    );
    expect(relativeError(conductances, expected)).toBeLessThan(1e-14);
    const sums = Array.from({ length: 5 }, (_, i) => sumOf(i, expected));
    expect(relativeError(drivers, sums)).toBeLessThan(1e-14);
  });

  it('of a uniform column are those of a ladder', () => {
    // One column, drivers and wordlines without resistance, sense equal to the segment: with every row at V the node k
    // from the open end has V - V cosh((k + 1/2) a) / cosh((n + 1/2) a), where 2 cosh(a) - 2 = r g.
    const [n, r, g] = [40, 3, 2e-3];
    const wires: Wires = { rowSegment: 0, columnSegment: r, driver: 0, sense: r, sides: 'one' };
    const { conductances } = effectiveConductances(new Float64Array(n).fill(g), n, 1, wires);
    const a = Math.acosh(1 + (r * g) / 2);
    const drop = (k: number) => Math.cosh((k + 0.5) * a) / Math.cosh((n + 0.5) * a);
    const current = (1 - drop(n - 1)) / r;
    expect(relativeError([conductances.reduce((x, y) => x + y, 0)], [current])).toBeLessThan(1e-12);
    // By reciprocity, each row's share: the open-circuit voltage that 1 V at the ground end leaves there.
    expect(
      relativeError(
        conductances,
        Array.from({ length: n }, (_, k) => g * drop(k)),
      ),
    ).toBeLessThan(1e-12);
  });

  it('without any resistance are the conductances', () => {
    fc.assert(
      fc.property(anyCells(20), fc.constantFrom('one' as const, 'two' as const), (cells, sides) => {
        const none: Wires = { rowSegment: 0, columnSegment: 0, driver: 0, sense: 0, sides };
        // Unformed cells pass 1e-40 S at most.
        expect(relativeError(solve(cells, none).conductances, cells.conductances, 1e-20)).toBeLessThan(1e-15);
      }),
    );
  });

  it('go to the conductances as resistances go to zero, without losing digits', () => {
    const cells = drawnCells(30, 20, 1e-6, 1e-4);
    for (const r of [1e-6, 1e-9, 1e-12, 1e-100]) {
      const wires: Wires = { rowSegment: r, columnSegment: r, driver: r, sense: r, sides: 'one' };
      // A path has at most 50 segments, with at most 600 cells' current in each.
      expect(relativeError(solve(cells, wires).conductances, cells.conductances)).toBeLessThan(
        50 * 600 * 1e-4 * r + 1e-14,
      );
    }
  });

  it('are transposed with the crossbar: rows for columns, drivers for virtual grounds', () => {
    fc.assert(
      fc.property(anyCells(24), anyWires, ({ conductances, rows, columns }, some) => {
        const wires: Wires = { ...some, sides: 'one' };
        const turned: Wires = {
          rowSegment: wires.columnSegment,
          columnSegment: wires.rowSegment,
          driver: wires.sense,
          sense: wires.driver,
          sides: 'one',
        };
        // Drivers are at the left and grounds at the bottom, so both orders are reversed.
        const last = conductances.length - 1;
        const turn = (c: number) => last - ((c % rows) * columns + Math.floor(c / rows));
        const straight = effectiveConductances(conductances, rows, columns, wires).conductances;
        const other = effectiveConductances(
          conductances.map((_, c) => conductances[turn(c)]!),
          columns,
          rows,
          turned,
        ).conductances;
        expect(
          relativeError(
            other,
            straight.map((_, c) => straight[turn(c)]!),
          ),
        ).toBeLessThan(1e-11);
      }),
      { numRuns: 60 },
    );
  });

  it('pass less than the ideal cells, and drivers give more alone than among others', () => {
    const cells = drawnCells(64, 48, 50e-6, 4144e-6);
    for (const sides of ['one', 'two'] as const) {
      const { conductances, drivers } = solve(cells, { ...oneOhm, driver: 100, sides });
      const [columns, rows] = [new Float64Array(48), new Float64Array(64)];
      const ideal = new Float64Array(48);
      conductances.forEach((g, c) => {
        columns[c % 48]! += g;
        rows[Math.floor(c / 48)]! += g;
        ideal[c % 48]! += cells.conductances[c]!;
      });
      expect(columns.every((g, j) => g > 0 && g < ideal[j]!)).toBe(true);
      const ends = sides === 'one' ? 1 : 2;
      expect(drivers.every((g, i) => g > rows[i]! / ends && g < 1 / 100)).toBe(true);
    }
  });

  it('refuse what is no network', () => {
    const solveWith = (g: number, change: Partial<Wires>) => () =>
      effectiveConductances(Float64Array.of(g, 1e-6), 1, 2, { ...oneOhm, ...change });
    expect(solveWith(1e-6, {})).not.toThrow();
    expect(solveWith(-1e-6, {})).toThrow(/cell 0,0/);
    expect(solveWith(Number.NaN, {})).toThrow(InternalError);
    expect(solveWith(1e-6, { driver: -1 })).toThrow(/driver is -1 ohm/);
    expect(() => effectiveConductances(new Float64Array(3), 2, 2, oneOhm)).toThrow(InternalError);
  });
});
