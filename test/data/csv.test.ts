import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCsv } from '../../src/data/csv.ts';

test('quotes, doubled quotes, line ends within quotes, empty fields and empty lines', () => {
  expect(parseCsv('\ufeffa,"b, ""c"""\r\n\r\n,x,\n"1\n2",3')).toEqual([
    ['a', 'b, "c"'],
    ['', 'x', ''],
    ['1\n2', '3'],
  ]);
  expect(parseCsv('a,')).toEqual([['a', '']]);
  expect(parseCsv('')).toEqual([]);
});

test('what is quoted comes back', () => {
  const table = fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(table, (rows) => {
      const text = rows.map((row) => row.map((f) => `"${f.replaceAll('"', '""')}"`).join(',')).join('\n');
      expect(parseCsv(text)).toEqual(rows);
    }),
  );
});
