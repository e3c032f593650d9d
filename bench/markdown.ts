/** Rows of text -> a table of a document, header first and then row by row, as they are measured. */

/** The first two lines of a table. */
export function markdownHeader(headers: readonly string[]): string {
  return `${markdownRow(headers)}${markdownRow(headers.map(() => '---'))}`;
}

export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}
