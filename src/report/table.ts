/** Turns rows of text into an aligned plain-text table, as every verb prints it. */
import { printableLine } from '../text/printable.ts';
import { wrap } from '../text/wrap.ts';

interface Column {
  readonly header: string;
  /** Numbers stand right. Default: left. */
  readonly align?: 'left' | 'right';
}

/** Columns of text, and of numbers. */
export const texts = (...headers: string[]): Column[] => headers.map((header) => ({ header }));
export const numbers = (...headers: string[]): Column[] =>
  headers.map((header) => ({ header, align: 'right' }));

const gap = '  ';

/**
 * Prints a table: header, rule, one line per row; ends with a line break.
 * @param rows one text per column and row
 * @param width where given, the last column is broken into lines so that the table fits into so many characters
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width?: number,
): string {
  const headers = columns.map(({ header }) => header);
  const cells = rows.map((row) => row.map(printableLine));
  const widths = columns.map((_, j) =>
    cells.reduce((most, row) => Math.max(most, (row[j] ?? '').length), headers[j]!.length),
  );
  const last = columns.length - 1;
  if (width !== undefined) {
    const before = widths.slice(0, last).reduce((sum, w) => sum + w + gap.length, 0);
    widths[last] = Math.min(widths[last]!, Math.max(width - before, 20));
  }
  const line = (row: readonly string[]) =>
    columns
      .map(({ align }, j) => (row[j] ?? '')[align === 'right' ? 'padStart' : 'padEnd'](widths[j]!))
      .join(gap)
      .trimEnd();
  const body = cells.flatMap((row) => {
    const [first = '', ...more] = wrap(row[last] ?? '', widths[last]!);
    return [[...row.slice(0, last), first], ...more.map((text) => [...Array<string>(last).fill(''), text])];
  });
  return [headers, widths.map((w) => '-'.repeat(w)), ...body].map((row) => `${line(row)}\n`).join('');
}

export type Fact = readonly [label: string, text: string];

/** One fact a line: labels stand in one column, texts in the next. */
export function formatFacts(facts: readonly Fact[]): string {
  const width = Math.max(...facts.map(([label]) => label.length));
  return facts.map(([label, text]) => `${label.padEnd(width)}  ${printableLine(text)}\n`).join('');
}
