/** Products that eliminated nodes add to a network, against plain loops; and that crossbars of other sizes leave nothing behind. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addProduct, meshMemory } from '../../src/kernels/mesh-join.ts';
import { effectiveConductances } from '../../src/wires/effective.ts';
import { drawnCells, oneOhm } from '../wires/crossbars.ts';

const size = fc.integer({ min: 1, max: 13 });

it('adds what plain loops add, for any number of rows, columns and nodes', () => {
  fc.assert(
    fc.property(size, size, size, fc.boolean(), (height, other, count, upper) => {
      const width = upper ? height : other;
      const [stride, base, out] = [40, 2_000, 4_000];
      const memory = meshMemory(6_000);
      for (let i = 0; i < 6_000; i++) memory[i] = Math.sin(i * i);
      const wanted = (i: number, j: number) => {
        let sum = memory[base + i * 20 + j]!;
        for (let k = 0; k < count; k++) sum += memory[k * stride + i]! * memory[1_000 + k * stride + j]!;
        return sum;
      };
      const all = Array.from({ length: height }, (_, i) =>
        Array.from({ length: width }, (__, j) => wanted(i, j)),
      );
      const places = { base: { start: base, stride: 20 }, out: { start: out, stride: 30 } };
      addProduct({ ratios: 0, rows: 1_000, stride, count, ...places, height, width, upper });
      for (const [i, row] of all.entries())
        for (const [j, value] of row.entries())
          if (!upper || j >= i) expect(memory[out + i * 30 + j]).toBeCloseTo(value, 12);
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
