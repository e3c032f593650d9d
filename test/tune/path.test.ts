import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, type Choices, pathOf } from '../../src/tune/path.ts';

const cell = (noise: number, cost: number, digital = 0): Candidate => ({ noise, cost, digital });
const candidate = fc.record({
  noise: fc.integer({ min: 0, max: 100 }),
  cost: fc.integer({ min: 1, max: 20 }),
  digital: fc.constant(0),
});
const someClasses = fc.array(fc.array(candidate, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 4,
});

function totals(classes: readonly (readonly Candidate[])[], choices: Choices) {
  const chosen = choices.map((c, own) => classes[own]![c]!);
  const sum = (of: keyof Candidate) => chosen.reduce((all, one) => all + one[of], 0);
  return { noise: sum('noise'), cost: sum('cost'), digital: sum('digital') };
}

/** Every mapping there is. */
function all(classes: readonly (readonly Candidate[])[]): number[][] {
  return classes.reduce<number[][]>(
    (before, own) => before.flatMap((mapping) => own.map((_, c) => [...mapping, c])),
    [[]],
  );
}

describe('the path', () => {
  test('of two classes, by hand', () => {
    const path = pathOf([
      [cell(10, 1), cell(4, 2), cell(3.9, 3)],
      [cell(8, 2), cell(8, 1), cell(5, 2), cell(1, 3)],
    ]);
    expect(path).toEqual([
      [0, 1],
      [1, 1],
      [1, 3],
      [2, 3],
    ]);
  });

  test('takes the more exact of what costs the same, and leaves out what costs more and errs more', () => {
    expect(pathOf([[cell(3, 1), cell(2, 1), cell(2, 5), cell(Number.NaN, 2)]])).toEqual([[1]]);
  });

  test('passes over digital layers that are too many, and goes on with what crossbars can do', () => {
    const classes = [
      [cell(10, 1), cell(0, 2, 0.3), cell(5, 4)],
      [cell(9, 1), cell(0, 3, 0.4)],
    ];
    expect(pathOf(classes, 1)).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
    ]);
    expect(pathOf(classes, 0.5)).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(pathOf(classes, 0)).toEqual([
      [0, 0],
      [2, 0],
    ]);
  });

  test('of no mapping that costs no more is there one of less error, at any step', () => {
    fc.assert(
      fc.property(someClasses, (classes) => {
        const every = all(classes).map((choices) => totals(classes, choices));
        for (const choices of pathOf(classes)) {
          const { noise, cost } = totals(classes, choices);
          for (const other of every)
            if (other.cost <= cost) expect(other.noise).toBeGreaterThanOrEqual(noise);
        }
      }),
    );
  });

  test('leads from the least cost to the least error, and gets dearer and more exact with every step', () => {
    fc.assert(
      fc.property(someClasses, (classes) => {
        const along = pathOf(classes).map((choices) => totals(classes, choices));
        const every = all(classes).map((choices) => totals(classes, choices));
        expect(along[0]!.cost).toBe(Math.min(...every.map(({ cost }) => cost)));
        expect(along.at(-1)!.noise).toBe(Math.min(...every.map(({ noise }) => noise)));
        for (const [i, before] of along.slice(0, -1).entries()) {
          expect(along[i + 1]!.cost).toBeGreaterThan(before.cost);
          expect(along[i + 1]!.noise).toBeLessThan(before.noise);
        }
      }),
    );
  });
});
