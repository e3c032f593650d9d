import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTable } from '../../src/report/table.ts';

test('aligns columns and leaves no trailing spaces', () => {
  const columns = [{ header: 'layer' }, { header: 'MVMs', align: 'right' }, { header: 'note' }] as const;
  expect(
    formatTable(columns, [
      ['conv1', '12', ''],
      ['fc', '1,024', 'last'],
    ]),
  ).toBe(['layer   MVMs  note', '-----  -----  ----', 'conv1     12', 'fc     1,024  last', ''].join('\n'));
});

test('breaks the last column where a width is given', () => {
  const columns = [{ header: 'a' }, { header: 'source' }];
  expect(formatTable(columns, [['x', 'one two three four five six seven']], 26)).toBe(
    ['a  source', '-  -----------------------', 'x  one two three four five', '   six seven', ''].join('\n'),
  );
});

test('a broken table keeps every word and stays within its width', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,10}$/), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(words, fc.integer({ min: 30, max: 90 }), (text, width) => {
      const lines = formatTable([{ header: 'k' }, { header: 'v' }], [['key', text.join(' ')]], width)
        .trimEnd()
        .split('\n');
      expect(lines.every((line) => line.length <= width)).toBe(true);
      expect(lines.slice(2).join(' ').trim().split(/\s+/)).toEqual(['key', ...text]);
    }),
  );
});
