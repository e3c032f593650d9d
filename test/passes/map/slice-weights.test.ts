import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  digitMax,
  findEncodingProblems,
  type SliceChoice,
  sliceWeights,
  weightMax,
} from '../../../passes/map/slice-weights.ts';
import { digitsOf } from '../../../src/ir/mapping.ts';
import type { ProgrammingOf } from '../../../src/schemes/models.ts';
import type { Target } from '../../../src/target/target.ts';
import { exactTarget, transferTarget, writeVerifyTarget } from '../../chip/bench.ts';
import { mvmLayer, quantizedLayer, sized, slicedLayer } from '../layers.ts';

/** All digits of integers, slice by slice. */
function allDigits(integers: Int8Array, radix: number, slices: number): Int8Array[] {
  const node = quantizedLayer({ groups: 1, rows: integers.length, columns: 1, integers });
  const layer = slicedLayer(node, { radix, slices });
  return Array.from({ length: slices }, (_, slice) =>
    digitsOf(layer, { slice, copy: 0 }, 0, integers.length),
  );
}

const cellOf = (levels: number) => ({ ...exactTarget.cell, levels });

const inputNumbers = 'binary';

describe('slice-weights', () => {
  it('8 levels give 15 signed ones, and two digits of base 15 reach +-112', () => {
    expect(digitMax(cellOf(8), 'differential')).toBe(7);
    expect(weightMax(cellOf(8), { encoding: 'differential', slices: 2, copies: 1, residual: false }, 8)).toBe(
      112,
    );
    const digits = allDigits(Int8Array.of(112, -112, 7, 8, -8, 0, 100), 15, 2);
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
      expect(weightMax(cellOf(levels), { encoding, slices, copies: 1, residual: false }, bits)).toBe(most);
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
          const most = Math.min(127, (radix ** slices - 1) / 2);
          const integers = Int8Array.from(shares, (s) => Math.round(s * most));
          const digits = allDigits(integers, radix, slices);
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
      const choice: SliceChoice = {
        encoding: 'differential',
        slices,
        copies: 1,
        repeats: 1,
        residual: false,
        inputNumbers,
      };
      return sliceWeights.run([node], { target, choiceOf: () => choice })[0]!;
    };
    expect(run(63, 1)).toMatchObject({ radix: 127, levelStep: 1 });
    expect(run(7, 1)).toMatchObject({ radix: 15, levelStep: 9 });
    // 17 * 17 = 289 reach +-144, 15 * 15 only +-112.
    expect(run(127, 2)).toMatchObject({ radix: 17, levelStep: 7 });
    expect(run(112, 2)).toMatchObject({ radix: 15, levelStep: 9 });
    expect(run(127, 2).slices).toBe(2);
  });

  it('leaves residual slices room for what the slice above is off by, and copies none', () => {
    const base = { ...sized(16, 16), cell: { ...cellOf(64), gUseMin: 0, gUseMax: 63, gMax: 63 } };
    const run = (tolerance: number, slices: number, copies: number) => {
      const programming = { ...(writeVerifyTarget.programming as ProgrammingOf<'write-verify'>), tolerance };
      const node = quantizedLayer({ groups: 1, rows: 3, columns: 2, weightMax: slices === 1 ? 63 : 127 });
      const choice: SliceChoice = {
        encoding: 'differential',
        slices,
        copies,
        repeats: 1,
        residual: true,
        inputNumbers,
      };
      return sliceWeights.run([node], { target: { ...base, programming }, choiceOf: () => choice })[0]!;
    };
    // Two cells within a sixth of a level each are at most 17 / 3 levels of the digit below: 8 digits of 7 levels fit.
    expect(run(1 / 6, 2, 1)).toMatchObject({ radix: 17, levelStep: 7 });
    // Within half a level: 17 levels, and 46 are left to 8 digits.
    expect(run(1 / 2, 2, 1)).toMatchObject({ radix: 17, levelStep: 5 });
    expect(run(1 / 2, 1, 2)).toMatchObject({ radix: 127, levelStep: 1 });
  });

  it('says why the parts of a weight cannot make up for each other', () => {
    const node = mvmLayer(2, 1, [1, 2], [0]);
    const problems = (target: Target, choice: Partial<SliceChoice>) =>
      findEncodingProblems([node], target, () => ({
        encoding: 'differential',
        slices: 1,
        copies: 2,
        repeats: 1,
        residual: true,
        inputNumbers,
        ...choice,
      })).map(({ code, at, message }) => `${code} ${at}: ${message}`);
    expect(problems(writeVerifyTarget, {})).toEqual([]);
    expect(problems(writeVerifyTarget, { copies: 1, slices: 2 })).toEqual([]);
    expect(problems(transferTarget, {})[0]).toMatch(/^options\/invalid residual: .*'layer'.*open loop/);
    expect(problems(exactTarget, {})[0]).toContain('exactly what they are told');
    expect(problems(writeVerifyTarget, { encoding: 'offset' })[0]).toContain('share one reference');
    expect(problems(writeVerifyTarget, { copies: 1 })[0]).toContain('no other to make up');
    const narrow = { ...writeVerifyTarget, array: { rows: 16, columns: 8, arraysPerChip: 1 } };
    expect(problems(narrow, { slices: 2 })).toEqual([]);
    expect(problems(narrow, { copies: 5 })[0]).toContain('5 pairs of cells do not fit');
    // Without residual copies go anywhere.
    for (const target of [transferTarget, exactTarget])
      expect(problems(target, { residual: false })).toEqual([]);
  });

  it('reads the digits of neighbours, as a view of the integers where there is one slice', () => {
    const integers = Int8Array.of(112, -112, 7, 8, -8, 0, 100);
    const node = quantizedLayer({ groups: 1, rows: 7, columns: 1, integers });
    expect([...digitsOf(slicedLayer(node, { radix: 15, slices: 2 }), { slice: 1, copy: 0 }, 3, 3)]).toEqual([
      1, -1, 0,
    ]);
    const view = digitsOf(slicedLayer(node), { slice: 0, copy: 0 }, 3, 3);
    expect([...view]).toEqual([8, -8, 0]);
    expect(view.buffer).toBe(integers.buffer);
  });
});
