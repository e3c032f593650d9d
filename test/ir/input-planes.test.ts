/** Codings of inputs against the numbers that the codes stand for. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  codingOf,
  type InputCoding,
  type InputPlane,
  inputPlanes,
  splitCodes,
} from '../../src/ir/input-planes.ts';

const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
const numbers = fc.constantFrom('binary', 'sign-magnitude');
const polarity = fc.constantFrom('unipolar', 'bipolar');
const quantization = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.boolean())
  .map(([zero, signed]) => ({ scale: 1, zero: signed ? 0 : zero, signed }));

it('planes, times their weights, add up to the numbers, in every coding', () => {
  fc.assert(
    fc.property(
      quantization,
      numbers,
      polarity,
      fc.integer({ min: 1, max: 8 }),
      (given, wanted, sign, bits) => {
        const coding = codingOf(given, wanted, sign);
        const parts = splitCodes(codes, given, coding);
        const planes = inputPlanes(given, coding, bits);
        const digit = ({ bit, width }: InputPlane, part: number | undefined, code: number) =>
          part === undefined ? 0 : (parts[part]![code]! >> bit) & (2 ** width - 1);
        for (const code of codes) {
          const number = (given.signed && code > 127 ? code - 256 : code) - given.zero;
          const sum = planes.reduce((s, plane) => {
            const [plus, minus] = [digit(plane, plane.plus, code), digit(plane, plane.minus, code)];
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
  const given = { scale: 1, zero: 128, signed: false };
  const small = Uint8Array.from([125, 126, 127, 128, 129, 130, 131]);
  const highest = (coding: InputCoding) =>
    Math.max(...splitCodes(small, given, coding).flatMap((part) => [...part]));
  expect(highest('bipolar')).toBe(3);
  expect(highest('two-phase')).toBe(3);
  expect(highest('binary')).toBe(131);
});

it('numbers of one sign need no magnitudes', () => {
  expect(codingOf({ scale: 1, zero: 0, signed: false }, 'sign-magnitude', 'bipolar')).toBe('binary');
  expect(inputPlanes({ scale: 1, zero: 255, signed: false }, 'two-phase', 1)).toHaveLength(8);
});
