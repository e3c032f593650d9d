/** Files of texts: the symbols of a network's classes, and what is written on every sample. */
import { dataUnreadable, textsUnfit } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { mostGenerated, mostWritten, readText } from '../files/read-file.ts';
import { parseCsv } from './csv.ts';
import type { Dataset } from './dataset.ts';

/** The line of an alphabet that stands for the blank of CTC. */
export const blankLine = '<blank>';

/**
 * One symbol a line, in the order of the classes, as it stands there: a line with a space is a space.
 * @returns the symbols, '' for the blank: at its line, or before all others where there is none
 * @throws DiagnosticError data/unreadable
 */
export async function readAlphabet(path: string): Promise<readonly string[]> {
  const read = await readText(path, mostWritten);
  if ('reason' in read)
    throw new DiagnosticError([dataUnreadable(path, read, 'a text file, one symbol a line')]);
  const lines = read.text.replace(/^\ufeff/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const blanks = lines.filter((line) => line === blankLine).length;
  raise([
    ...(lines.length === 0 ? [textsUnfit(path, 'it has no symbols')] : []),
    ...(blanks > 1 ? [textsUnfit(path, `it has ${blanks} lines ${blankLine}, and there is one blank`)] : []),
    ...lines.flatMap((line, i) =>
      line === '' ? [textsUnfit(`${path}:${i + 1}`, 'this line is empty')] : [],
    ),
  ]);
  const symbols = lines.map((line) => (line === blankLine ? '' : line));
  return blanks === 1 ? symbols : ['', ...symbols];
}

/**
 * A csv file whose first line names a column `text`, and `file` where the samples are files; without `file` the texts are in
 * the order of the samples.
 * @returns by sample
 * @throws DiagnosticError data/unreadable, data/texts
 */
export async function readTexts(
  path: string,
  { length, idOf }: Pick<Dataset, 'length' | 'idOf'>,
): Promise<readonly string[]> {
  const read = await readText(path, mostGenerated);
  if ('reason' in read)
    throw new DiagnosticError([dataUnreadable(path, read, "a csv file with a column 'text'")]);
  const [head = [], ...rows] = parseCsv(read.text);
  const column = head.indexOf('text');
  if (column < 0) raise([textsUnfit(path, "its first line does not name a column 'text'")]);
  const files = head.indexOf('file');
  if (files < 0) {
    if (rows.length !== length)
      raise([textsUnfit(path, `it has ${rows.length} texts for ${length} samples, and names no files`)]);
    return rows.map((row) => row[column] ?? '');
  }
  const known = new Map(rows.map((row) => [row[files] ?? '', row[column] ?? '']));
  const ids = Array.from({ length }, (_, index) => idOf(index));
  const without = ids.filter((id) => !known.has(id));
  const problems: Diagnostic[] =
    without.length === 0
      ? []
      : [
          textsUnfit(
            path,
            `it has no text of '${without[0]}'${without.length > 1 ? ` and ${without.length - 1} more samples` : ''}`,
          ),
        ];
  raise(problems);
  return ids.map((id) => known.get(id)!);
}
