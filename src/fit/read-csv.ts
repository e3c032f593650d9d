/** The text of a CSV file (RFC 4180, with lines that begin with # left out) -> its cells, with the line of every row. */

export interface CsvRow {
  /** From 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Rows without any text are left out. */
export function readCsv(text: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  let [line, begun] = [1, 1];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  const endRow = () => {
    cells.push(cell);
    const told = cells.map((each) => each.trim());
    if (told.some((each) => each !== '') && !told[0]!.startsWith('#'))
      rows.push({ line: begun, cells: told });
    [cells, cell] = [[], ''];
  };
  for (const [i, c] of [...text.replace(/^\ufeff/, '')].entries()) {
    if (c === '\n') line++;
    if (quoted) {
      if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"') {
      // A doubled quote inside of quotes is one.
      if (cell !== '' && text[i - 1] === '"') cell += c;
      quoted = true;
    } else if (c === ',') {
      cells.push(cell);
      cell = '';
    } else if (c === '\n') {
      endRow();
      begun = line;
    } else if (c !== '\r') cell += c;
  }
  endRow();
  return rows;
}
