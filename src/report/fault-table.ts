/** What working around a fault map came to, as the compilation prints it. */
import type { FaultReport } from '../ir/fault-report.ts';
import { formatQuantity } from '../text/units.ts';
import { counted, formatCount } from './number.ts';
import { formatTable, numbers, texts } from './table.ts';

/** Unsaved cells that are listed; the manifest has more. */
const cellsListed = 5;

/** Mean square of an error as a share of the signal's. */
const noise = (share: number) => (share === 0 ? '0' : share.toExponential(1));

export function formatFaults(report: FaultReport): string {
  const { before, after, worst } = report;
  const spare = report.spare === 0 ? '' : `, ${counted(report.spare, 'spare place')} taken`;
  const rows = report.rows === 0 ? '' : `, ${counted(report.rows, 'row')} moved`;
  const lines = [
    `${counted(report.faulty, 'faulty cell')}: ${formatCount(before.cells)} would be off their digit, ${formatCount(after.cells)} still are`,
    `noise of all columns together ${noise(before.noise)} of a column's signal before, ${noise(after.noise)} after`,
    `${counted(report.flipped, 'column')} flipped, ${counted(report.moved, 'column')} moved${rows}${spare}`,
    '',
  ].join('\n');
  if (worst.length === 0) return lines;
  const columns = [
    ...texts('not saved, worst first'),
    ...numbers('array', 'row', 'column', 'wanted', 'stuck at', 'noise'),
  ];
  const cells = worst
    .slice(0, cellsListed)
    .map((cell) => [
      cell.layer,
      ...[cell.array, cell.row, cell.column].map(String),
      ...[cell.wanted, cell.stuck].map((g) => formatQuantity(g, 'S')),
      noise(cell.noise),
    ]);
  return `${lines}\n${formatTable(columns, cells)}`;
}
