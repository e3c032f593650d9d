/** Codings of inputs against the numbers that the codes stand for. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createCodes } from '../../src/ir/input-codes.ts';
import {
  codingOf,
  type InputCoding,
  type InputPlane,
  inputPlanes,
  splitCodes,
} from '../../src/ir/input-planes.ts';

/** All codes of few bits, and of many a part that reaches both ends. */
function codesOf(bits: number) {
  const codes = createCodes(bits, Math.min(2 ** bits, 2 ** 10));
  const stride = (2 ** bits - 1) / (codes.length - 1);
  return codes.map((_, i) => Math.round(i * stride));
}
const numbers = fc.constantFrom('binary', 'sign-magnitude');
const polarity = fc.constantFrom('unipolar', 'bipolar');
const quantization = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), fc.integer({ min: 4, max: 16 }))
  .map(([share, signed, bits]) => ({
    scale: 1,
    zero: signed ? 0 : Math.round(share * (2 ** bits - 1)),
    signed,
    bits,
  }));

it('planes, times their weights, add up to the numbers, in every coding', () => {
  fc.assert(
    fc.property(
      quantization,
      numbers,
      polarity,
      fc.integer({ min: 1, max: 8 }),
      (given, wanted, sign, bits) => {
        const coding = codingOf(given, wanted, sign);
        const codes = codesOf(given.bits);
        const parts = splitCodes(codes, given, coding);
        const planes = inputPlanes(given, coding, bits);
        const digit = ({ bit, width }: InputPlane, part: number | undefined, i: number) =>
          part === undefined ? 0 : (parts[part]![i]! >> bit) & (2 ** width - 1);
        for (const [i, code] of codes.entries()) {
          const number =
            (given.signed && code >= 2 ** (given.bits - 1) ? code - 2 ** given.bits : code) - given.zero;
          const sum = planes.reduce((s, plane) => {
            const [plus, minus] = [digit(plane, plane.plus, i), digit(plane, plane.minus, i)];
            expect(Math.min(plus, minus)).toBe(0);
            expect(Math.max(plus, minus)).toBeLessThan(2 ** bits);
            return s + plane.weight * (plus - minus);
          }, 0);
          expect(sum - (coding === 'binary' ? given.zero : 0)).toBe(number);
        }
        // What rounding offsets rely on.
        const sizes = planes.map(({ weight }) => Math.abs(weight));
        sizes.slice(1).forEach((size, i) => {
          expect(size / sizes[i]!).toBeGreaterThanOrEqual(1);
          expect(size / sizes[i]!).toBeLessThanOrEqual(2 ** bits);
        });
      },
    ),
  );
});

it('small numbers of both signs leave the top planes empty as magnitudes, and fill them as codes', () => {
  const given = { scale: 1, zero: 128, signed: false, bits: 8 };
  const small = Uint8Array.from([125, 126, 127, 128, 129, 130, 131]);
  const highest = (coding: InputCoding) =>
    Math.max(...splitCodes(small, given, coding).flatMap((part) => [...part]));
  expect(highest('bipolar')).toBe(3);
  expect(highest('two-phase')).toBe(3);
  expect(highest('binary')).toBe(131);
});

it('numbers of one sign need no magnitudes', () => {
  expect(codingOf({ scale: 1, zero: 0, signed: false, bits: 8 }, 'sign-magnitude', 'bipolar')).toBe('binary');
  expect(inputPlanes({ scale: 1, zero: 255, signed: false, bits: 8 }, 'two-phase', 1)).toHaveLength(8);
});
