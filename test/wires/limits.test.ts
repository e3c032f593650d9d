/** Currents of drivers and columns in their worst case, and what is over a limit. */
import { describe, expect, it } from 'vitest';
import { currentOverLimit } from '../../src/diagnostics/all.ts';
import { formatDiagnostic } from '../../src/diagnostics/diagnostic.ts';
import { effectiveConductances } from '../../src/wires/effective.ts';
import { currentsOverLimit, worstCurrents } from '../../src/wires/limits.ts';
import type { Wires } from '../../src/wires/network.ts';
import { drawnCells, oneOhm, relativeError } from './crossbars.ts';
import { solveDense } from './nodal.ts';

const cells = drawnCells(7, 5, 50e-6, 4144e-6);
const rows = Array.from({ length: 7 }, (_, i) => i);
const driverCurrents = (wires: Wires, inputs: readonly number[]) => {
  const { wordlines } = solveDense(cells, wires, inputs);
  return rows.map((i) => {
    const ends = wires.sides === 'one' ? [i * 5] : [i * 5, i * 5 + 4];
    return Math.max(...ends.map((node) => (inputs[i]! - wordlines[node]!) / wires.driver));
  });
};

describe.each(['one', 'two'] as const)('worst currents, driven from %s', (sides) => {
  const wires: Wires = { ...oneOhm, driver: 20, sense: 5, sides };
  const worst = worstCurrents(effectiveConductances(cells.conductances, 7, 5, wires), 0.2);

  it('of drivers are those of their rows alone', () => {
    const alone = rows.map(
      (i) =>
        driverCurrents(
          wires,
          rows.map((k) => (k === i ? 0.2 : 0)),
        )[i]!,
    );
    expect(relativeError(worst.drivers, alone)).toBeLessThan(1e-10);
  });

  it('of columns are those with every row driven', () => {
    const { columnCurrents } = solveDense(
      cells,
      wires,
      rows.map(() => 0.2),
    );
    expect(relativeError(worst.columns, columnCurrents)).toBeLessThan(1e-10);
  });

  it('are reached by no other pattern', () => {
    for (let pattern = 0; pattern < 128; pattern++) {
      const inputs = rows.map((i) => ((pattern >> i) & 1) * 0.2);
      const { columnCurrents } = solveDense(cells, wires, inputs);
      expect(driverCurrents(wires, inputs).every((i, k) => i <= worst.drivers[k]! * (1 + 1e-9))).toBe(true);
      expect(columnCurrents.every((i, k) => i <= worst.columns[k]! * (1 + 1e-9))).toBe(true);
    }
  });
});

describe('limits', () => {
  const currents = { drivers: Float64Array.of(1e-3, 3e-3), columns: Float64Array.of(5e-3, 2e-3, 6e-3) };

  it('name every line that is over them', () => {
    expect(currentsOverLimit(currents, { driver: 2e-3, column: 5e-3 })).toEqual([
      { line: 'driver', index: 1, current: 3e-3, limit: 2e-3 },
      { line: 'column', index: 2, current: 6e-3, limit: 5e-3 },
    ]);
  });

  it('that are not given bind nothing', () => {
    expect(currentsOverLimit(currents, {})).toEqual([]);
    expect(currentsOverLimit(currents, { column: 5.5e-3 })).toHaveLength(1);
  });

  it('wires/current-over-limit says which line of which array, by how much, and on how many', () => {
    const [excess] = currentsOverLimit(currents, { driver: 2e-3 });
    expect(formatDiagnostic(currentOverLimit(4, excess!, 3, 8))).toMatch(
      /^warning\[wires\/current-over-limit\] at array 4, driver 1: the largest current of a driver is 3\.000 mA, and the limit 2\.000 mA; 3 of 8 arrays are over it\n/,
    );
  });
});
