/** Elimination of shared nodes and the products that they add to a network, against plain loops; and that crossbars of other sizes leave nothing behind. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addProduct, eliminateStrips, meshMemory } from '../../src/kernels/mesh-join.ts';
import { effectiveConductances } from '../../src/wires/effective.ts';
import { drawnCells, oneOhm } from '../wires/crossbars.ts';

const size = fc.integer({ min: 1, max: 13 });

it('adds what plain loops add, for any number of rows, columns and nodes', () => {
  fc.assert(
    fc.property(size, size, size, fc.boolean(), (height, other, count, upper) => {
      const width = upper ? height : other;
      const depth = 4 * Math.ceil(count / 4);
      const [ratios, start, base, out] = [0, 2_000, 4_000, 5_000];
      const memory = meshMemory(6_000);
      for (let i = 0; i < 6_000; i++) memory[i] = Math.sin(i * i);
      const [firstRow, firstColumn] = upper ? [4, 4] : [4, 20];
      const place = (k: number, column: number) => (column >> 2) * depth * 4 + k * 4 + (column & 3);
      // Nodes that only fill up pass nothing on.
      for (let k = count; k < depth; k++)
        for (let column = 0; column < 40; column++) memory[ratios + place(k, column)] = 0;
      const wanted = (i: number, j: number) => {
        let sum = memory[base + i * 20 + j]!;
        for (let k = 0; k < count; k++)
          sum += memory[ratios + place(k, firstRow + i)]! * memory[start + place(k, firstColumn + j)]!;
        return sum;
      };
      const all = Array.from({ length: height }, (_, i) =>
        Array.from({ length: width }, (__, j) => wanted(i, j)),
      );
      const places = { base: { start: base, stride: 20 }, out: { start: out, stride: 30 } };
      const rows = { start, depth };
      addProduct({ rows, ratios, firstRow, firstColumn, ...places, height, width, upper });
      for (const [i, row] of all.entries())
        for (const [j, value] of row.entries())
          if (!upper || j >= i) expect(memory[out + i * 30 + j]).toBeCloseTo(value, 12);
    }),
    { numRuns: 200 },
  );
});

it('eliminates as plain loops do, for any number of nodes', () => {
  fc.assert(
    fc.property(size, size, (count, stay) => {
      const depth = 4 * Math.ceil(count / 4);
      const columns = depth + 4 * Math.ceil(stay / 4);
      const [ratios, start] = [0, 2_000];
      const memory = meshMemory(6_000).fill(0, 0, 6_000);
      const place = (k: number, column: number) => (column >> 2) * depth * 4 + k * 4 + (column & 3);
      const there = (k: number, column: number) =>
        column > k && (column < count || (column >= depth && column < depth + stay));
      const rows = Array.from({ length: count }, (_, k) =>
        Array.from({ length: columns }, (__, j) => (there(k, j) ? 1 + Math.sin(k * 31 + j) : 0)),
      );
      for (const [k, row] of rows.entries())
        for (const [j, value] of row.entries()) memory[start + place(k, j)] = value;
      eliminateStrips({ start, depth }, ratios, count, columns);
      for (const [k, row] of rows.entries()) {
        const sum = row.reduce((a, value, j) => (there(k, j) ? a + value : a), 0);
        for (let i = k + 1; i < count; i++)
          for (let j = i + 1; j < columns; j++) rows[i]![j]! += (row[i]! / sum) * row[j]!;
        for (const [j, value] of row.entries()) {
          if (!there(k, j)) continue;
          expect(memory[start + place(k, j)]).toBeCloseTo(value, 12);
          expect(memory[ratios + place(k, j)]).toBeCloseTo(value / sum, 12);
        }
      }
    }),
    { numRuns: 200 },
  );
});

it('solves a crossbar alike whatever was solved before it', () => {
  const solve = (rows: number, columns: number) =>
    effectiveConductances(drawnCells(rows, columns, 1e-6, 1e-4).conductances, rows, columns, oneOhm)
      .conductances;
  const first = solve(9, 14);
  const large = solve(60, 40);
  expect(solve(9, 14)).toEqual(first);
  expect(solve(60, 40)).toEqual(large);
});
