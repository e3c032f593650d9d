/** Comma-separated values with quoted fields (RFC 4180). */

/** Turns text into rows of fields. Empty lines are skipped; a byte order mark is ignored. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /"((?:[^"]|"")*)"|([^,\r\n]*)/y;
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at < text.length) {
    field.lastIndex = at;
    const [whole, quoted, plain] = field.exec(text)!;
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    at += whole.length;
    // What follows a closing quote other than a separator is dropped, as spreadsheets do.
    while (at < text.length && !',\r\n'.includes(text[at]!)) at++;
    if (text[at] === ',') {
      at++;
      if (at < text.length) continue;
      row.push('');
    }
    while (text[at] === '\r' || text[at] === '\n') at++;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
