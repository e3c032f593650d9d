/** Codings of inputs against the numbers that the codes stand for. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { codingOf, inputPlanes, splitCodes } from '../../src/ir/input-planes.ts';

const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
const quantization = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.boolean())
  .map(([zero, signed]) => ({ scale: 1, zero: signed ? 0 : zero, signed }));

it('planes, times their weights, add up to the numbers, in every coding', () => {
  fc.assert(
    fc.property(quantization, fc.constantFrom('binary', 'sign-magnitude'), (given, wanted) => {
      const coding = codingOf(given, wanted);
      const parts = splitCodes(codes, given, coding);
      const planes = inputPlanes(given, coding);
      for (const code of codes) {
        const number = (given.signed && code > 127 ? code - 256 : code) - given.zero;
        const sum = planes.reduce((s, p) => s + p.weight * ((parts[p.part]![code]! >> p.bit) & 1), 0);
        expect(sum - (coding === 'binary' ? given.zero : 0)).toBe(number);
      }
      // What rounding offsets rely on.
      const sizes = planes.map(({ weight }) => Math.abs(weight));
      sizes.slice(1).forEach((size, i) => {
        expect([1, 2]).toContain(size / sizes[i]!);
      });
    }),
  );
});

it('small numbers of both signs leave the top planes empty as magnitudes, and fill them as codes', () => {
  const given = { scale: 1, zero: 128, signed: false };
  const small = Uint8Array.from([125, 126, 127, 128, 129, 130, 131]);
  const highest = (coding: 'binary' | 'sign-magnitude') =>
    Math.max(...splitCodes(small, given, coding).flatMap((part) => [...part]));
  expect(highest('sign-magnitude')).toBe(3);
  expect(highest('binary')).toBe(131);
});

it('numbers of one sign need no magnitudes', () => {
  expect(codingOf({ scale: 1, zero: 0, signed: false }, 'sign-magnitude')).toBe('binary');
  expect(inputPlanes({ scale: 1, zero: 255, signed: false }, 'sign-magnitude')).toHaveLength(8);
});
