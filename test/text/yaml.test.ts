import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/text/yaml.ts';

const reasonsOf = (text: string) => parseYaml(text).problems.map(({ line, reason }) => `${line}: ${reason}`);

describe('YAML', () => {
  it('is plain data, with the line of every part', () => {
    const { value, problems, lineOf } = parseYaml('a: 1\nb:\n  c: &x [2, "\\0"]\n  d: *x\n');
    expect(problems).toEqual([]);
    expect(value).toEqual({ a: 1, b: { c: [2, '\0'], d: [2, '\0'] } });
    expect([lineOf(['a']), lineOf(['b', 'c']), lineOf(['z'])]).toEqual([1, 3, undefined]);
  });

  it.each([
    ['an alias of nothing', 'a: *nope', /^1: Unresolved alias/],
    [
      'aliases of aliases',
      `a: &a [1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]`,
      /Excessive alias count/,
    ],
    ['many aliases', `a: &a 1\nb: [${'*a, '.repeat(101)}]`, /^2: more than 100 aliases/],
    ['a list in itself', 'a: &a [*a]', /contains itself/],
    ['a field that is there twice', 'a: 1\nb: 2\na: 3', /^3: the field 'a' is there twice, first in line 1$/],
    ['deep nesting', '['.repeat(20_000), /call stack/],
    ['no YAML', 'a: [1', /^1: /],
  ])('with %s is refused', (_, text, reason) => {
    expect(reasonsOf(text)[0]).toMatch(reason);
  });

  it('has no field that is more than a field', () => {
    expect(Object.keys(parseYaml('__proto__: {a: 1}\n<<: {b: 1}').value as object)).toEqual([
      '__proto__',
      '<<',
    ]);
  });

  it('takes time by its length', () => {
    const start = performance.now();
    const keys = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n');
    expect(Object.keys(parseYaml(keys).value as object)).toHaveLength(60_000);
    expect(reasonsOf('&a '.repeat(50_000))).toHaveLength(20);
    expect(performance.now() - start).toBeLessThan(60_000);
  });
});
