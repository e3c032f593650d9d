/** Verifications of one model on several targets -> one table that compares them. */
import type { VerifyReport } from '../verify/report.ts';
import { formatCount } from './number.ts';
import { formatTable, numbers, texts } from './table.ts';

const columns = [
  ...texts('target'),
  ...numbers('chips', 'arrays', 'floating point', 'integer, ideal', 'programmed chip', 'agreement'),
  ...numbers('difference (95 %)'),
];

const percent = (value: number | undefined) => (value === undefined ? '' : `${value.toFixed(1)} %`);
const points = (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(1)}`;

/** Top-1 in percent; the difference of the programmed chip to floating point in points. */
export function formatComparison(reports: readonly VerifyReport[]): string {
  const rows = reports.map(({ target, cost, float, ideal, mapped }) => [
    target.name,
    formatCount(cost.chips),
    formatCount(cost.arrays),
    percent(float.top1),
    percent(ideal.top1),
    percent(mapped.top1?.mean),
    percent(mapped.agreement?.mean),
    mapped.difference
      ? `${points(mapped.difference.points)} (${points(mapped.difference.low)} to ${points(mapped.difference.high)})`
      : '',
  ]);
  return formatTable(columns, rows);
}
