import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balancedDigits, digitMax, sliceWeights, weightMax } from '../../passes/slice-weights.ts';
import { exactTarget } from '../chip/bench.ts';
import { quantizedLayer, sized } from './layers.ts';

const cellOf = (levels: number) => ({ ...exactTarget.cell, levels });

describe('slice-weights', () => {
  it('8 levels give 15 signed ones, and two digits of base 15 reach +-112', () => {
    expect(digitMax(cellOf(8), 'differential')).toBe(7);
    expect(weightMax(cellOf(8), { encoding: 'differential', slices: 2 }, 8)).toBe(112);
    const digits = balancedDigits(Int16Array.of(112, -112, 7, 8, -8, 0, 100), 15, 2);
    expect([...digits[0]!]).toEqual([7, -7, 7, -7, 7, 0, -5]);
    expect([...digits[1]!]).toEqual([7, -7, 0, 1, -1, 0, 7]);
  });

  it.each([
    [64, 'differential', 1, 8, 63],
    [64, 'differential', 2, 8, 127],
    [64, 'offset', 1, 8, 31],
    [128, 'differential', 1, 8, 127],
    [2048, 'differential', 1, 8, 127],
    [8, 'offset', 2, 8, 24],
    [64, 'differential', 1, 4, 7],
  ] as const)(
    '%i levels, %s, %i slice(s), %i bits: weights within +-%i',
    (levels, encoding, slices, bits, most) => {
      expect(weightMax(cellOf(levels), { encoding, slices }, bits)).toBe(most);
    },
  );

  it('digits add up to the integers and stay within their cells', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 63 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 20 }),
        (half, slices, shares) => {
          const radix = 2 * half + 1;
          const most = Math.min(32767, (radix ** slices - 1) / 2);
          const integers = Int16Array.from(shares, (s) => Math.round(s * most));
          const digits = balancedDigits(integers, radix, slices);
          integers.forEach((integer, i) => {
            expect(digits.reduce((sum, d, slice) => sum + d[i]! * radix ** slice, 0)).toBe(integer);
            for (const d of digits) expect(Math.abs(d[i]!)).toBeLessThanOrEqual(half);
          });
        },
      ),
    );
  });

  it('uses the whole window where there are fewer digits than levels', () => {
    const target = { ...sized(16, 16), cell: cellOf(64) };
    const run = (most: number, slices: number) => {
      const node = quantizedLayer({ groups: 1, rows: 3, columns: 2, weightMax: most });
      return sliceWeights.run([node], { target, choiceOf: () => ({ encoding: 'differential', slices }) })[0]!;
    };
    expect(run(63, 1)).toMatchObject({ radix: 127, levelStep: 1 });
    expect(run(7, 1)).toMatchObject({ radix: 15, levelStep: 9 });
    expect(run(127, 2)).toMatchObject({ radix: 127, levelStep: 1 });
    expect(run(127, 2).digits.length).toBe(2);
  });
});
