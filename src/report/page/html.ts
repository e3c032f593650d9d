/** Texts and tables -> HTML. */

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A text, or one that is sorted by its number. */
export type Cell = string | { readonly text: string; readonly value: number };

export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Columns of numbers stand right; the script of a page makes their heads buttons that sort. */
export function htmlTable({ caption, columns, rows }: Table): string {
  const numeric = columns.map((_, j) => rows.some((row) => typeof row[j] === 'object'));
  const css = (j: number) => (numeric[j] ? ' class="n"' : '');
  const cell = (one: Cell, j: number) =>
    typeof one === 'string'
      ? `<td${css(j)}>${escaped(one)}</td>`
      : `<td class="n" data-v="${Number(one.value.toPrecision(6))}">${escaped(one.text)}</td>`;
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  const heads = columns.map((name, j) => `<th scope="col"${css(j)}>${escaped(name)}</th>`).join('');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(caption)}">
<table><caption>${escaped(caption)}</caption><thead><tr>${heads}</tr></thead>
<tbody>${body}</tbody></table></div>`;
}

export type Fact = readonly [name: string, text: string];

export const factList = (facts: readonly Fact[]): string =>
  `<dl>${facts.map(([name, text]) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`).join('\n')}</dl>`;

export interface Section {
  /** Of the address in the page. */
  readonly id: string;
  readonly title: string;
  /** HTML. */
  readonly body: string;
}

export const htmlSection = ({ id, title, body }: Section): string =>
  `<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${escaped(title)}</h2>\n${body}\n</section>`;
