/** The results of a campaign as tables: for a terminal, and for docs/robustness.md. */
import { formatTable, numbers, texts } from '../src/report/table.ts';
import type { ClassResult } from './campaign.ts';

const headers = ['runs', 'accepted', 'refused', 'codes', 'findings', 'runs/s'];

function cells({ name, runs, accepted, refused, findings, seconds }: ClassResult): string[] {
  const count = [...refused.values()].reduce((sum, n) => sum + n, 0);
  const numbers = [runs, accepted, count, refused.size, findings.length, Math.round(runs / seconds)];
  return [name, ...numbers.map((n) => n.toLocaleString('en'))];
}

/** One row a class, then one line for each kind of finding. */
export function formatResults(results: readonly ClassResult[]): string {
  const table = formatTable([...texts('class'), ...numbers(...headers)], results.map(cells));
  const findings = results.flatMap(({ findings }) =>
    findings.map(
      ({ what, count, command, folder }) => `${what}, ${count} times\n  ${folder}\n  ${command}\n`,
    ),
  );
  return [table, ...findings].join('\n');
}

/** The same rows as a table of Markdown. */
export function formatMarkdown(results: readonly ClassResult[]): string {
  const row = (texts: readonly string[]) => `| ${texts.join(' | ')} |\n`;
  return [
    row(['class', ...headers]),
    row(['---', ...headers.map(() => '---:')]),
    ...results.map((result) => row(cells(result))),
  ].join('');
}

/** How often each code refused, most often first. */
export function formatCodes({ name, refused }: ClassResult): string {
  const rows = [...refused].sort((a, b) => b[1] - a[1]).map(([code, count]) => [code, String(count)]);
  return formatTable([...texts(name), ...numbers('refused')], rows);
}
