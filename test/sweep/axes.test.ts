import { describe, expect, test } from 'vitest';
import { axisSchema, axisValues, combinations } from '../../src/sweep/axes.ts';

const valuesOf = (axis: unknown) => axisValues(axisSchema.parse(axis));
const refused = (axis: unknown) =>
  axisSchema
    .safeParse(axis)
    .error?.issues.map(({ message }) => message)
    .join();

describe('an axis', () => {
  test('is a value, a list, or a range with both ends', () => {
    expect(valuesOf(6)).toEqual([6]);
    expect(valuesOf('100 uS')).toEqual(['100 uS']);
    expect(valuesOf([true, false])).toEqual([true, false]);
    expect(valuesOf({ from: 4, to: 8, steps: 5 })).toEqual([4, 5, 6, 7, 8]);
    expect(valuesOf({ from: 0, to: 0.3, steps: 4 })).toEqual([0, 0.1, 0.2, 0.3]);
    expect(valuesOf({ from: 8, to: 4, steps: 2 })).toEqual([8, 4]);
  });

  test('keeps the unit of its ends, and goes in equal ratios', () => {
    expect(valuesOf({ from: '0.1 ohm', to: '10 ohm', steps: 3, log: true })).toEqual([
      '0.1 ohm',
      '1 ohm',
      '10 ohm',
    ]);
    expect(valuesOf({ from: '1e-3uS', to: '3e-3uS', steps: 2 })).toEqual(['0.001 uS', '0.003 uS']);
  });

  test('is refused where a range has no sense, or a value is there twice', () => {
    expect(refused({ from: '1 uS', to: '2 S', steps: 2 })).toContain('one unit');
    expect(refused({ from: 'low', to: 'high', steps: 2 })).toContain('numbers');
    expect(refused({ from: 0, to: 1, steps: 2, log: true })).toContain('above 0');
    expect(refused({ from: 1, to: 1, steps: 2 })).toContain('twice');
    expect(refused([4, 6, 4])).toContain('twice');
    expect(refused({ from: 1, to: 2, steps: 1 })).toBeDefined();
    expect(refused([])).toBeDefined();
  });

  test('meets all values of the others, the last of them changing fastest', () => {
    expect(combinations({})).toEqual([{}]);
    expect(combinations({ a: [1, 2], b: ['x', 'y'] })).toEqual([
      { a: 1, b: 'x' },
      { a: 1, b: 'y' },
      { a: 2, b: 'x' },
      { a: 2, b: 'y' },
    ]);
  });
});
