import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, mappingAfter, pathOf } from '../../src/tune/path.ts';

const candidate = fc.record({
  noise: fc.integer({ min: 0, max: 100 }),
  cost: fc.integer({ min: 1, max: 20 }),
});
const someLayers = fc.array(fc.array(candidate, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 4,
});

function totals(layers: readonly (readonly Candidate[])[], mapping: readonly number[]) {
  const chosen = mapping.map((c, layer) => layers[layer]![c]!);
  return {
    noise: chosen.reduce((sum, { noise }) => sum + noise, 0),
    cost: chosen.reduce((sum, { cost }) => sum + cost, 0),
  };
}

/** Every mapping there is. */
function all(layers: readonly (readonly Candidate[])[]): number[][] {
  return layers.reduce<number[][]>(
    (before, own) => before.flatMap((mapping) => own.map((_, c) => [...mapping, c])),
    [[]],
  );
}

describe('the path', () => {
  test('of two layers, by hand', () => {
    const path = pathOf([
      [
        { noise: 10, cost: 1 },
        { noise: 4, cost: 2 },
        { noise: 3.9, cost: 3 },
      ],
      [
        { noise: 8, cost: 2 },
        { noise: 8, cost: 1 },
        { noise: 5, cost: 2 },
        { noise: 1, cost: 3 },
      ],
    ]);
    expect(path).toEqual({
      start: [0, 1],
      steps: [
        { layer: 0, candidate: 1 },
        { layer: 1, candidate: 3 },
        { layer: 0, candidate: 2 },
      ],
    });
    expect(mappingAfter(path, 2)).toEqual([1, 3]);
  });

  test('takes the more exact of what costs the same, and leaves out what costs more and errs more', () => {
    const path = pathOf([
      [
        { noise: 3, cost: 1 },
        { noise: 2, cost: 1 },
        { noise: 2, cost: 5 },
        { noise: Number.NaN, cost: 2 },
      ],
    ]);
    expect(path).toEqual({ start: [1], steps: [] });
  });

  test('of no mapping that costs no more is there one of less error, at any step', () => {
    fc.assert(
      fc.property(someLayers, (layers) => {
        const path = pathOf(layers);
        const every = all(layers).map((mapping) => totals(layers, mapping));
        for (let count = 0; count <= path.steps.length; count++) {
          const { noise, cost } = totals(layers, mappingAfter(path, count));
          for (const other of every)
            if (other.cost <= cost) expect(other.noise).toBeGreaterThanOrEqual(noise);
        }
      }),
    );
  });

  test('leads from the least cost to the least error, and gets dearer and more exact with every step', () => {
    fc.assert(
      fc.property(someLayers, (layers) => {
        const path = pathOf(layers);
        const at = (count: number) => totals(layers, mappingAfter(path, count));
        const every = all(layers).map((mapping) => totals(layers, mapping));
        expect(at(0).cost).toBe(Math.min(...every.map(({ cost }) => cost)));
        expect(at(path.steps.length).noise).toBe(Math.min(...every.map(({ noise }) => noise)));
        for (let count = 1; count <= path.steps.length; count++) {
          expect(at(count).cost).toBeGreaterThan(at(count - 1).cost);
          expect(at(count).noise).toBeLessThan(at(count - 1).noise);
        }
      }),
    );
  });
});
