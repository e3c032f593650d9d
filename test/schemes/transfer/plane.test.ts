import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fecapWear,
  hiddenPattern,
  largestHidden,
  openFecapPlane,
  wakeUp,
  writeBack,
  writeHidden,
} from '../../../src/schemes/transfer/plane.ts';
import { transferredMagnitude } from '../../../src/target/hidden-plane.ts';

const hidden = fc.integer({ min: -largestHidden(10), max: largestHidden(10) });

function ones(pattern: number): number {
  return [...pattern.toString(2)].filter((digit) => digit === '1').length;
}

describe('hidden integers in FeCAPs', () => {
  test.each([
    [0, '0000000000'],
    [5, '0000000101'],
    [-5, '1000000101'],
    [511, '0111111111'],
    [-511, '1111111111'],
  ])('%d is stored as %s', (value, bits) => {
    expect(hiddenPattern(value, 10).toString(2).padStart(10, '0')).toBe(bits);
  });

  test('a write switches only the bits that change', () => {
    fc.assert(
      fc.property(hidden, hidden, (first, second) => {
        const plane = openFecapPlane(2, 3, 10);
        expect(writeHidden(plane, 4, first)).toBe(ones(hiddenPattern(first, 10)));
        const changed = hiddenPattern(first, 10) ^ hiddenPattern(second, 10);
        expect(writeHidden(plane, 4, second)).toBe(ones(changed));
        expect(writeHidden(plane, 4, second)).toBe(0);
        expect([...plane.values]).toEqual([0, 0, 0, 0, second, 0]);
      }),
    );
  });

  test('a transfer reads the most significant magnitude bits: sign(h) (|h| >> 6) for 10 bits', () => {
    expect([0, 63, 64, 127, 128, 511].map((h) => transferredMagnitude(h, 10, 3))).toEqual([0, 0, 1, 1, 2, 7]);
    expect([-63, -64, -511].map((h) => transferredMagnitude(h, 10, 3))).toEqual([0, 1, 7]);
  });

  test('the write-back restores the integer and switches the 1s among the bits read', () => {
    fc.assert(
      fc.property(hidden, (value) => {
        const plane = openFecapPlane(1, 1, 10);
        writeHidden(plane, 0, value);
        const expected = ones(Math.abs(value) >> 6) + (value < 0 ? 1 : 0);
        expect(writeBack(plane, 0, 3, value < 0)).toBe(expected);
        expect(plane.values[0]).toBe(value);
      }),
    );
  });

  test('a sign that was sensed wrongly is written back wrongly', () => {
    const plane = openFecapPlane(1, 1, 10);
    writeHidden(plane, 0, -100);
    expect(writeBack(plane, 0, 3, false)).toBe(1);
    expect(plane.values[0]).toBe(100);
  });

  test('wear is the most cycles of one FeCAP: wake-up of its line and writes that switched it', () => {
    const plane = openFecapPlane(2, 2, 4);
    expect(fecapWear(plane)).toBe(0);
    wakeUp(plane, 0, 10);
    wakeUp(plane, 1, 12);
    for (const value of [1, 0, 1, 0, 1]) writeHidden(plane, 0, value);
    expect(fecapWear(plane)).toBe(15);
    writeHidden(plane, 3, -7);
    writeBack(plane, 3, 2, true);
    writeBack(plane, 3, 2, true);
    expect(fecapWear(plane)).toBe(15);
    writeBack(plane, 3, 2, true);
    expect(fecapWear(plane)).toBe(16);
  });
});
