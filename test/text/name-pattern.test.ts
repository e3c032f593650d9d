import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternMatcher, patternOf } from '../../src/text/name-pattern.ts';

describe('a pattern', () => {
  it.each([
    ['fc1', 'fc1', true],
    ['fc1', 'fc10', false],
    ['*', '', true],
    ['*', '/a/b', true],
    ['/block/*', '/block/conv/a', true],
    ['/block/*', '/block', false],
    ['*/conv', '/a/conv/conv', true],
    ['*/conv', '/a/conv/conv1', false],
    ['conv?', 'conv1', true],
    ['conv?', 'conv', false],
    ['conv?', 'conv\u{1f600}', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['a\\', 'a\\', true],
    ['layer[0]', 'layer[0]', true],
    ['(a+)+$', '(a+)+$', true],
    ['{a,b}', 'a', false],
    ['!(a)', 'b', false],
  ])('%s of %s: %s', (pattern, name, expected) => {
    expect(patternMatcher(pattern)(name)).toBe(expected);
  });

  it('of any name matches that name alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, other) => {
        const matches = patternMatcher(patternOf(name));
        return matches(name) && matches(other) === (name === other);
      }),
    );
  });

  it('takes no longer than its length times that of the name', () => {
    const start = performance.now();
    for (const pattern of [`${'*a'.repeat(2000)}b`, '(a+)+$', `${'a*'.repeat(2000)}b`, '+(a|aa)b'])
      expect(patternMatcher(pattern)('a'.repeat(4000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
