/** Copies of one slice whose digits add up to finer integers: how fine, and what each holds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digitMax, type SliceChoice, sliceWeights, weightMax } from '../../../passes/map/slice-weights.ts';
import { digitsOf, varianceOfCopies } from '../../../src/ir/mapping.ts';
import { exactTarget } from '../../chip/bench.ts';
import { quantizedLayer } from '../layers.ts';

const targetOf = (levels: number) => ({ ...exactTarget, cell: { ...exactTarget.cell, levels } });
const choice = {
  encoding: 'differential',
  slices: 1,
  copies: 2,
  repeats: 1,
  residual: false,
  inputNumbers: 'binary',
} as const satisfies SliceChoice;
const mostOf = (levels: number, changes: Partial<SliceChoice> = {}, bits = 8) =>
  weightMax(targetOf(levels).cell, { ...choice, ...changes }, bits);

describe('the largest integer of copies', () => {
  it.each([
    // So many of 63 n as go evenly into at most 127.
    [64, 1, 63],
    [64, 2, 126],
    [64, 3, 94],
    [64, 4, 126],
    [64, 5, 105],
    [64, 8, 126],
    [8, 2, 14],
    [8, 8, 56],
    [128, 8, 127],
  ])('of %i levels, %i times: %i', (levels, copies, most) => {
    expect(mostOf(levels, { copies })).toBe(most);
  });

  it('is that of the bits that are asked for, of one beside others that make up for it, and of all slices', () => {
    expect(mostOf(64, { copies: 4 }, 4)).toBe(7);
    expect(mostOf(64, { copies: 4 }, 7)).toBe(63);
    expect(mostOf(64, { residual: true })).toBe(63);
    expect(mostOf(4, { slices: 2 })).toBe(24);
    expect(mostOf(64, { encoding: 'offset' })).toBe(62);
  });
});

it('digits of copies add up to their integer, fill their cells, and differ by one at most', () => {
  const drawn = fc.record({
    levels: fc.integer({ min: 3, max: 200 }),
    copies: fc.integer({ min: 1, max: 8 }),
    encoding: fc.constantFrom('differential' as const, 'offset' as const),
    bits: fc.integer({ min: 2, max: 8 }),
  });
  fc.assert(
    fc.property(drawn, ({ levels, bits, ...own }) => {
      const target = targetOf(levels);
      const most = mostOf(levels, own, bits);
      const once = mostOf(levels, { ...own, copies: 1 }, bits);
      expect(most).toBeGreaterThanOrEqual(once);
      expect(most).toBeLessThan(2 ** (bits - 1));
      const integers = Int8Array.from({ length: 2 * most + 1 }, (_, i) => i - most);
      const node = quantizedLayer({
        groups: 1,
        rows: 1,
        columns: integers.length,
        integers,
        weightMax: most,
      });
      const [layer] = sliceWeights.run([node], { target, choiceOf: () => ({ ...choice, ...own }) });
      const { digitsPerOne, copies, radix, levelStep } = layer!;
      const digits = Array.from({ length: copies }, (_, copy) =>
        digitsOf(layer!, { slice: 0, copy }, 0, integers.length),
      );
      if (most === once) expect(digits.every((held) => held.join() === integers.join())).toBe(true);
      for (const [at, integer] of integers.entries()) {
        const held = digits.map((of) => of[at]!);
        expect(held.reduce((a, b) => a + b, 0)).toBe(digitsPerOne * integer);
        expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
        expect(Math.max(...held.map(Math.abs))).toBeLessThanOrEqual((radix - 1) / 2);
      }
      const largest = digitMax(target.cell, own.encoding);
      expect((levelStep * (radix - 1)) / 2).toBeLessThanOrEqual(largest);
      // Independent errors count against a larger integer, or are averaged: nearly n times less either way.
      const signal = (steps: number) => (most / steps) ** 2 / varianceOfCopies(layer!);
      if (most > once) expect(signal(1)).toBeGreaterThan(0.5 * copies * largest ** 2);
      expect(signal(1)).toBeLessThanOrEqual(copies * largest ** 2);
    }),
  );
});
