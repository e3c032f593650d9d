import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, editDistance, nearNames } from '../../src/text/near-names.ts';

test('known edit distances', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('', 'abc')).toBe(3);
});

test('the distance is a metric', () => {
  const word = fc.stringMatching(/^[ab]{0,6}$/);
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
    }),
  );
});

test('near names come nearest first, and a last part alone is enough', () => {
  const known = ['adc.bits', 'adc.time', 'cell.gMin', 'driver.bits'];
  expect(nearNames('adc.bit', known)).toEqual(['adc.bits']);
  expect(nearNames('bits', known)).toEqual(['adc.bits', 'driver.bits']);
  expect(nearNames('adc.tims', known)).toEqual(['adc.time', 'adc.bits']);
  expect(didYouMean('gmin', known)).toEqual(["Did you mean 'cell.gMin'?"]);
  expect(didYouMean('entirely', known)).toEqual([]);
});
