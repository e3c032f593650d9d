/** The first-order formulas against the solved crossbar. */
import { expect, test } from 'vitest';
import { wireError } from '../../../passes/integers/wire-errors.ts';
import type { SlicedLayer } from '../../../src/ir/mapping.ts';
import { loadTarget } from '../../../src/target/load.ts';
import { levelStepOf } from '../../../src/target/target.ts';
import { effectiveConductances } from '../../../src/wires/effective.ts';

const { target } = await loadTarget('tio2-feedforward');
const columns = 200;
const radix = 101;

test.each([
  ['offset', 'one'],
  ['offset', 'two'],
  ['differential', 'one'],
  ['differential', 'two'],
] as const)('%s, driven from %s', (encoding, sides) => {
  const digitStep = levelStepOf(target.cell);
  const common = target.cell.gUseMin + (encoding === 'offset' ? 50 : 50 / 8) * digitStep;
  // A thousandth of the current is lost along the row; columns and drivers take nothing.
  const rowSegment = 1e-3 / (common * columns ** 2);
  const wires = { rowSegment, columnSegment: 1e-9, driver: 1e-9, sense: 1e-9, sides };
  const cells = new Float64Array(columns).fill(common);
  const { conductances: solved } = effectiveConductances(cells, 1, columns, wires);
  const differences =
    encoding === 'offset'
      ? Array.from(solved.subarray(0, columns - 1), (g) => g - solved[columns - 1]!)
      : Array.from({ length: columns / 2 }, (_, pair) => solved[2 * pair]! - solved[2 * pair + 1]!);
  const found = differences.reduce((sum, d) => sum + (d / digitStep) ** 2, 0) / differences.length;
  const layer = { encoding, radix, levelStep: 1 } as Partial<SlicedLayer> as SlicedLayer;
  const expected = wireError(layer, { ...target, wires: { ...target.wires!, ...wires } }, columns);
  // Sums over cells in place of integrals: some hundredths.
  expect(found / expected).toBeGreaterThan(0.95);
  expect(found / expected).toBeLessThan(1.05);
});

test('is nothing without wires, and at most all that columns have in common', () => {
  const layer = { encoding: 'offset', radix, levelStep: 1 } as Partial<SlicedLayer> as SlicedLayer;
  expect(wireError(layer, { ...target, wires: undefined }, columns)).toBe(0);
  const wires = { ...target.wires!, rowSegment: 1e6 };
  const common = (target.cell.gUseMin + 50 * levelStepOf(target.cell)) / levelStepOf(target.cell);
  expect(wireError(layer, { ...target, wires }, columns)).toBeCloseTo(common ** 2, 6);
});
