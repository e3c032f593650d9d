/** A report of a sweep -> its table: CSV, a line for each point. */
import type { PointReport, SweepReport } from './report.ts';
import type { MetricName } from './study.ts';

const units: Readonly<Record<MetricName, string>> = {
  top1: '%',
  top5: '%',
  agreement: '%',
  difference: 'points',
  snr: 'dB',
};

type Cell = string | number | boolean | undefined;

export function sweepTable(report: SweepReport): string {
  const { axes, metrics, points } = report;
  const heads = [
    ...['model', 'target', ...axes, 'time (s)', 'wires', 'compensate', 'images', 'chips'],
    ...metrics.flatMap((metric) => [`${metric} (${units[metric]})`, `${metric} low`, `${metric} high`]),
    ...[
      'float top1 (%)',
      'ideal top1 (%)',
      'arrays',
      'chips of arrays',
      'conversions',
      'conversion energy (J)',
    ],
    ...['conversion time (s)', 'energy (J)', 'latency (s)', 'area (m2)', 'problem'],
  ];
  return [heads, ...points.map((point) => cellsOf(report, point))].map(line).join('');
}

function cellsOf({ axes, metrics }: SweepReport, point: PointReport): readonly Cell[] {
  const { model, target, values, at, wires, compensate, images, measured, problem } = point;
  const { cost } = measured ?? {};
  return [
    ...[model, target, ...axes.map((axis) => values[axis]), at, wires, compensate, images, measured?.chips],
    ...metrics.flatMap((metric) => {
      const { value, low, high } = measured?.figures[metric] ?? {};
      return [value, low, high];
    }),
    ...[
      measured?.float,
      measured?.ideal,
      cost?.arrays,
      cost?.chips,
      cost?.conversions,
      cost?.conversionEnergy,
    ],
    ...[cost?.conversionTime, cost?.energy, cost?.latency, cost?.area, problem],
  ];
}

const line = (cells: readonly Cell[]) => `${cells.map(cellText).join(',')}\n`;

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  const text = typeof cell === 'number' ? String(Number(cell.toPrecision(9))) : String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
