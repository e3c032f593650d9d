/** What people get wrong in YAML is told in plain words, at the line and column where it stands, once. */
import { expect, test } from 'vitest';
import { parseYaml } from '../../src/text/yaml.ts';

test.each([
  ['a tab', 'array:\n\trows: 128\n', 2, 1, 'a tab stands in the indentation; use spaces'],
  ['a tab further down', 'array:\n  rows: 128\n\tcolumns: 3\n', 3, 1, 'a tab stands'],
  ['too far', 'array:\n  rows: 128\n   columns: 3\n', 2, 9, 'the next line is indented too far'],
  ['too little', 'array:\n   rows: 128\n  columns: 3\n', 3, 1, 'begin at the same column'],
  ['no colon', 'array:\n  rows 128\n  columns: 3\n', 2, 3, 'the colon is missing'],
  ['no colon at the end', 'array:\n  columns: 3\n  rows 128\n', 3, 3, 'the colon is missing'],
  ['no space', 'array:\n  rows:128\n  columns: 3\n', 2, 3, 'or the space behind it'],
  ['two colons', 'title: my chip: the best\n', 1, 8, 'a text with `: ` in it stands in quotes'],
  ['an open quote', 'title: "abc\nname: x\n', 3, 1, 'the closing quote is missing'],
  ['an open bracket', 'a: [1, 2\nc: 3\n', 2, 1, 'a bracket is not closed'],
  ['a percent sign first', 'a: %3\n', 1, 4, 'a text that begins with this character stands in quotes'],
  ['two documents', 'a: 1\n---\nb: 2\n', 2, 1, 'a second document begins here'],
])('%s', (_, text, line, column, reason) => {
  const { value, problems } = parseYaml(text);
  expect(value).toBeUndefined();
  expect(problems).toEqual([{ line, column, reason: expect.stringContaining(reason) }]);
  expect(problems[0]!.reason).toMatch(/^this is not YAML: /);
});

test('a field that is there twice hides nothing else', () => {
  const { value, problems } = parseYaml('a: 1\nb: 2\na: 3\n');
  expect(problems).toEqual([{ line: 3, column: 1, reason: "the field 'a' is there twice, first in line 1" }]);
  expect(value).toEqual({ a: 3, b: 2 });
});
