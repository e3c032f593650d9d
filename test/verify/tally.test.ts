import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evenlySpread } from '../../src/math/evenly-spread.ts';
import { addSignal, type SignalAndNoise, silence } from '../../src/verify/metrics.ts';
import type { Plan } from '../../src/verify/plan.ts';
import {
  addDifferences,
  addOutputs,
  addSums,
  addToTally,
  createTally,
  keepOutputs,
  scoresOf,
} from '../../src/verify/tally.ts';

function planOf(images: number, values: number, targets?: Int32Array): Plan {
  return {
    inputs: [{ name: 'x', elementType: 1, dims: ['N', 1] }],
    output: 'y',
    values,
    classes: values,
    targets,
    indices: Array.from({ length: images }, (_, i) => i),
    hashes: [],
    batchSize: 1,
    overlap: 0,
  };
}

describe('outputs', () => {
  test('are compared image by image, however they are cut into batches', () => {
    const values = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(
        values,
        values,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        (a, b, m, n) => {
          const reference = Float32Array.from(a);
          const outputs = Float32Array.from(b);
          const kept = keepOutputs(planOf(12, 2));
          for (let i = 0; i < 12; i += m) addOutputs(kept, i, reference.subarray(2 * i, 2 * (i + m)));
          const sums: SignalAndNoise[] = [];
          for (let i = 0; i < 12; i += n) addDifferences(sums, kept, i, outputs.subarray(2 * i, 2 * (i + n)));
          expect(sums).toHaveLength(12);
          const sum = sums.reduce((a, b) => addSums(a, b), silence);
          const direct = addSignal(silence, reference, outputs);
          expect(sum.signal).toBeCloseTo(direct.signal, 6);
          expect(sum.noise).toBeCloseTo(direct.noise, 6);
        },
      ),
    );
  });

  test('are kept of evenly spread images where all would not fit', () => {
    const values = 1 << 21;
    const kept = keepOutputs(planOf(10, values));
    expect(kept.stride).toBe(3);
    expect(kept.data.length).toBe(4 * values);
    for (let image = 0; image < 10; image++) addOutputs(kept, image, new Float32Array(values).fill(image));
    expect([0, 1, 2, 3].map((slot) => kept.data[slot * values])).toEqual([0, 3, 6, 9]);
    const sums: SignalAndNoise[] = [];
    addDifferences(sums, kept, 1, new Float32Array(values).fill(5));
    expect(sums).toEqual([]);
    addDifferences(sums, kept, 3, new Float32Array(values).fill(5));
    expect(sums[3]!.noise).toBe(4 * values);
  });
});

describe('tallies', () => {
  const logits = [0, 9, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0];
  test('by hand: two images of six classes', () => {
    const plan = planOf(2, 6, Int32Array.of(1, 3));
    const tally = createTally(plan);
    addToTally(tally, plan, 0, logits.slice(0, 6));
    addToTally(tally, plan, 1, logits.slice(6));
    expect([...tally.chosen]).toEqual([1, 1]);
    expect([...tally.top1!]).toEqual([1, 0]);
    expect([...tally.top5!]).toEqual([1, 1]);
    const float = { ...tally, chosen: Int32Array.of(1, 2) };
    expect(scoresOf(tally, float)).toEqual({ top1: 50, top5: 100, agreement: 50 });
  });

  test('models agree on an image where both give it the same class, and never on what is no number', () => {
    const plan = planOf(3, 2);
    const [a, b] = [createTally(plan), createTally(plan)];
    const nan = Number.NaN;
    addToTally(a, plan, 0, [1, 2, 4, 3, nan, nan]);
    addToTally(b, plan, 0, [5, 9, 0, 1, nan, nan]);
    expect(scoresOf(a, b)).toEqual({ agreement: 100 / 3 });
  });

  test('top-5 needs more than five classes, top-1 needs labels, agreement needs classes', () => {
    expect(createTally(planOf(2, 5, Int32Array.of(0, 0))).top5).toBeUndefined();
    expect(createTally(planOf(2, 6)).top1).toBeUndefined();
    const dense = { ...planOf(2, 6), classes: undefined };
    const tally = createTally(dense);
    addToTally(tally, dense, 0, logits);
    expect(scoresOf(tally, tally)).toEqual({});
  });

  test('images that nothing was chosen for do not agree', () => {
    const plan = planOf(1, 2);
    const tally = createTally(plan);
    addToTally(tally, plan, 0, [Number.NaN, Number.NaN]);
    expect(scoresOf(tally, tally)).toEqual({ agreement: 0 });
  });
});

test('spread covers the data evenly', () => {
  expect(evenlySpread(10, 4)).toEqual([0, 2, 5, 7]);
  expect(evenlySpread(3, 9)).toEqual([0, 1, 2]);
  expect(new Set(evenlySpread(1000, 999)).size).toBe(999);
});
