/** The quick model of wires: a closed form for one cell, and changes that come out as the exact solve has them. */
import { expect, it } from 'vitest';
import { openStream } from '../../src/math/random.ts';
import { effectiveBanks } from '../../src/wires/banks.ts';
import { ladderModel } from '../../src/wires/ladder-model.ts';
import { throughLike } from '../../src/wires/like.ts';

const wires = { rowSegment: 3, columnSegment: 2, driver: 5, sense: 7, sides: 'one' } as const;
const stream = openStream(1, 'ladder model', 0);
const cells = (count: number) => Float64Array.from({ length: count }, () => 1e-3 * stream.uniform());

it.each([
  { rows: 1, columns: 1, sides: 'one' },
  { rows: 1, columns: 1, sides: 'two' },
] as const)('is the series of all resistances for one cell with a driver at $sides end', ({ sides }) => {
  const driver = sides === 'one' ? 5 : 2.5;
  const [g] = [2e-3];
  const model = ladderModel(Float64Array.of(g), { rows: 1, columns: 1, bank: 1 }, { ...wires, sides });
  // Both ladders load their wire with the whole cell: to first order the shares multiply.
  expect(model[0]).toBeCloseTo(g / (1 + g * driver) / (1 + g * wires.sense), 12);
});

it('follows changes of cells, in banks too', () => {
  const [rows, columns] = [12, 10];
  const before = cells(rows * columns);
  const after = before.map((g) => g * (0.9 + 0.2 * stream.uniform()));
  for (const bank of [12, 5]) {
    const exact = (of: Float64Array) => effectiveBanks(of, rows, columns, wires, bank).conductances;
    const model = (of: Float64Array) => ladderModel(of, { rows, columns, bank }, wires);
    const [wanted, given] = [exact(after), model(after)];
    const [first, start] = [exact(before), model(before)];
    let [moved, missed] = [0, 0];
    for (let c = 0; c < before.length; c++) {
      moved += (wanted[c]! - first[c]!) ** 2;
      missed += (wanted[c]! - first[c]! - given[c]! + start[c]!) ** 2;
    }
    expect(missed).toBeLessThan(0.01 * moved);
  }
});

it('tells what wires make of an array from one like it', () => {
  const shape = { rows: 24, columns: 20, bank: 24 };
  const exact = (of: Float32Array) =>
    Float32Array.from(effectiveBanks(of, shape.rows, shape.columns, wires, shape.bank).conductances);
  const like = Float32Array.from(cells(480));
  const through = exact(like);
  expect(throughLike(like, { cells: like, through }, shape, wires)).toEqual(through);
  const energy = (a: Float32Array, b: Float32Array) => a.reduce((sum, g, c) => sum + (g - b[c]!) ** 2, 0);
  const written = like.map((g) => g + 2e-5 * stream.normal());
  const stuck = like.map((g, c) => (c % 97 === 5 ? 1e-3 : g));
  for (const other of [written.map((g) => Math.max(0, g)), stuck]) {
    const wanted = exact(other);
    const given = throughLike(other, { cells: like, through }, shape, wires);
    expect(energy(given, wanted)).toBeLessThan(0.001 * energy(wanted, through));
  }
});
