/** Crossbars for the tests of src/wires. */
import fc from 'fast-check';
import type { Cells, Wires } from '../../src/wires/network.ts';

/** 1 ohm in every segment. */
export const oneOhm: Wires = { rowSegment: 1, columnSegment: 1, driver: 1, sense: 1, sides: 'one' };

/** Reproducible cells with conductances between `low` and `high`, siemens. */
export function drawnCells(rows: number, columns: number, low: number, high: number): Cells {
  let state = 1;
  const conductances = Float64Array.from({ length: rows * columns }, () => {
    state = (state * 16807) % 2147483647;
    return low + ((high - low) * state) / 2147483647;
  });
  return { conductances, rows, columns };
}

const resistance = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.double({ min: 0.01, max: 50, noNaN: true }) },
);

export const anyWires: fc.Arbitrary<Wires> = fc.record({
  rowSegment: resistance,
  columnSegment: resistance,
  driver: resistance,
  sense: resistance,
  sides: fc.constantFrom('one', 'two'),
});

/** Conductances from 1 uS to 5 mS; some cells are unformed. */
export const anyCells = (most: number): fc.Arbitrary<Cells> =>
  fc
    .tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most }))
    .chain(([rows, columns]) =>
      fc
        .array(
          fc.oneof(
            { weight: 1, arbitrary: fc.constant(0) },
            { weight: 5, arbitrary: fc.double({ min: 1e-6, max: 5e-3, noNaN: true }) },
          ),
          { minLength: rows * columns, maxLength: rows * columns },
        )
        .map((list) => ({ conductances: Float64Array.from(list), rows, columns })),
    );

/** Up to 0.3 V in steps of 1 uV. */
export const anyInputs = (cells: Cells): fc.Arbitrary<number[]> =>
  fc.array(
    fc.integer({ min: -300_000, max: 300_000 }).map((uv) => uv * 1e-6),
    { minLength: cells.rows, maxLength: cells.rows },
  );

/** Column currents of an effective crossbar, A. */
export function apply(effective: Float64Array, columns: number, inputs: readonly number[]): number[] {
  const sums = Array.from({ length: columns }, () => 0);
  for (let c = 0; c < effective.length; c++)
    sums[c % columns]! += effective[c]! * inputs[Math.floor(c / columns)]!;
  return sums;
}

/** Largest difference, relative to each expected value, or to `floor` where that is smaller. */
export function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>, floor = 0): number {
  let worst = 0;
  for (let k = 0; k < expected.length; k++) {
    const difference = Math.abs(got[k]! - expected[k]!);
    if (difference > 0) worst = Math.max(worst, difference / Math.max(Math.abs(expected[k]!), floor));
  }
  return got.length === expected.length ? worst : Number.POSITIVE_INFINITY;
}

/** Largest magnitude. */
export const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
