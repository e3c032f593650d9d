import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatQuantity,
  parsePercent,
  parseQuantity,
  quantityPattern,
  respelt,
} from '../../src/text/units.ts';

describe('a quantity', () => {
  test.each([
    ['50 uS', 'S', 50e-6],
    ['50\u00b5S', 'S', 50e-6],
    ['50 \u03bcS', 'S', 50e-6],
    ['25 microsiemens', 'S', 25e-6],
    ['1e-4 S', 'S', 1e-4],
    ['2 kohm', 'ohm', 2000],
    ['2 kohms', 'ohm', 2000],
    ['2 kOhm', 'ohm', 2000],
    ['2k\u03a9', 'ohm', 2000],
    ['2 k\u2126', 'ohm', 2000],
    ['100 usec', 's', 1e-4],
    ['5 nanoseconds', 's', 5e-9],
    ['10 femtofarads', 'F', 10e-15],
    ['20 uC/cm2', 'C/m2', 0.2],
    ['1 MV/cm', 'V/m', 1e8],
    ['.5 V', 'V', 0.5],
  ] as const)('%s is %s in SI units', (text, unit, value) => {
    expect(parseQuantity(text, unit)).toBe(value);
    expect(text).toMatch(new RegExp(quantityPattern(unit)));
  });

  test('is read exactly where the published pattern fits', () => {
    const units = ['S', 'ohm', 's', 'C/m2'] as const;
    const number = fc.constantFrom('1', '-2.5', '.5', '3.', '1e-4', '1,5', '', 'x');
    const suffix = fc.tuple(
      fc.constantFrom('', 'u', '\u00b5', 'k', 'K', 'micro', 'Micro', 'mm'),
      fc.constantFrom('S', 's', 'siemens', 'ohm', 'OHM', '\u03a9', 'sec', 'C/m2', 'C/m^2', 'C/m^^2', ''),
    );
    fc.assert(
      fc.property(
        number,
        fc.constantFrom('', ' ', '  '),
        suffix,
        fc.constantFrom(...units),
        (n, gap, s, unit) => {
          const text = `${n}${gap}${s.join('')}`;
          expect(parseQuantity(text, unit) !== undefined, text).toBe(
            new RegExp(quantityPattern(unit)).test(text),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['2 KOhm', 'ohm', ['2 kohm']],
    ['2 kohmss', 'ohm', ['2 kohm']],
    ['50 us', 'S', ['50 uS']],
    ['1 ms', 'S', ['1 mS', '1 MS']],
    ['2,5 uS', 'S', ['2.5 uS']],
    ['1,000 uS', 'S', []],
    ['100', 'S', []],
    ['100 V', 'S', []],
  ] as const)('%s in %s is written as %j', (text, unit, right) => {
    expect(respelt(text, unit)).toEqual(right);
    for (const spelling of right) expect(parseQuantity(spelling, unit)).toBeDefined();
  });
});

test('a percentage is a share', () => {
  expect(['3%', '3 %', '3 percent', '0.1%', '1e1 %'].map(parsePercent)).toEqual([
    0.03, 0.03, 0.03, 0.001, 0.1,
  ]);
  expect(['3', '%', '3%%', '3 uS', ''].map(parsePercent)).toEqual(Array.from({ length: 5 }));
});

test('a prefix of an area counts twice', () => {
  expect(parseQuantity('0.372 mm2', 'm2')).toBe(0.372e-6);
  expect(parseQuantity('1200 um^2', 'm2')).toBe(1.2e-9);
  expect(parseQuantity('1 m2', 'm2')).toBe(1);
  expect(formatQuantity(1.2e-9, 'm2')).toBe('1200 um2');
  expect(respelt('3 MM2', 'm2')).toContain('3 mm2');
});
