import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { layerOptions, parseOptions } from '../../src/ir/options.ts';
import { patternOf } from '../../src/text/name-pattern.ts';
import { formatOptions } from '../../src/tune/write-options.ts';

const name = fc
  .array(fc.constantFrom(...'ab1/_.:;-*?[]()!+@{}|^$ ,~#"\'&='.split('')), { minLength: 1, maxLength: 8 })
  .map((characters) => characters.join(''));

describe('a pattern for one name', () => {
  test('matches that name alone', () => {
    fc.assert(
      fc.property(name, name, (own, other) => {
        const options = parseOptions({ layers: [{ match: patternOf(own), digital: true }] });
        const digital = (node: string) =>
          layerOptions(options, { name: node, op: 'Conv', index: 0 }).digital ?? false;
        expect(digital(own)).toBe(true);
        expect(digital(other)).toBe(other === own);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an options file', () => {
  test('says what differs from the defaults, and is read as the same options', () => {
    const options = parseOptions({
      target: 'ideal',
      set: ['adc.bits=7'],
      weightBits: 6,
      layers: [
        { match: 'a/*', slices: 2 },
        { match: patternOf('b[0]'), copies: 2, residual: true },
      ],
    });
    const text = formatOptions(options, ['first line', 'second: line']);
    expect(text.split('\n').slice(0, 3)).toEqual(['# first line', '# second: line', '']);
    expect(text).not.toContain('calibrationSamples');
    expect(parseOptions(parseDocument(text).toJS())).toEqual(options);
  });
});
