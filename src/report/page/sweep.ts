/** A sweep -> one HTML page that needs nothing else: its pictures, and all of its points as a table. */
import type { PointReport, SweepReport } from '../../sweep/report.ts';
import type { MetricName } from '../../sweep/study.ts';
import { formatTime } from '../../text/time.ts';
import { axisDrawings, paretoDrawings, yieldDrawing } from '../figures/sweep.ts';
import { counted, formatCount } from '../number.ts';
import { htmlDrawing } from './drawing.ts';
import { contents, htmlPage } from './frame.ts';
import { type Cell, escaped, factList, htmlSection, htmlTable, type Section } from './html.ts';
import { reportStyle } from './style.ts';

export function sweepPage(report: SweepReport): string {
  const { title, crossloom } = report;
  const drawn = (
    id: string,
    name: string,
    drawings: readonly { readonly name: string }[],
    body: string,
  ): Section[] => (drawings.length === 0 ? [] : [{ id, title: name, body }]);
  const axes = axisDrawings(report);
  const fronts = paretoDrawings(report);
  const yields = yieldDrawing(report);
  const sections: readonly Section[] = [
    { id: 'summary', title: 'Summary', body: htmlSummary(report) },
    ...drawn('axes', 'Along the axes', axes, axes.map(htmlDrawing).join('\n')),
    ...drawn('cost', 'Against what designs take', fronts, fronts.map(htmlDrawing).join('\n')),
    ...drawn('chips', 'Chips', yields, yields.map(htmlDrawing).join('\n')),
    { id: 'points', title: 'Points', body: htmlTable(pointTable(report)) },
  ];
  return htmlPage({
    title: `${title}: sweep`,
    style: reportStyle,
    body: `<header>
<h1>${escaped(title)}</h1>
<p>A sweep by Crossloom ${crossloom}. Chips are simulated; <code>crossloom targets show</code> tells which values of a target are assumed.</p>
${contents(sections)}
</header>
<main>
${sections.map(htmlSection).join('\n')}
</main>`,
  });
}

function htmlSummary({ points, metrics, stop, mostChips, study }: SweepReport): string {
  const failed = points.filter(({ problem }) => problem !== undefined);
  const chips = points.reduce((sum, { measured }) => sum + (measured?.chips ?? 0), 0);
  return factList([
    [
      'points',
      `${formatCount(points.length)}, of ${counted(new Set(points.map(({ model }) => model)).size, 'model')}`,
    ],
    ['chips', `${formatCount(chips)} in all, at most ${formatCount(mostChips)} a point`],
    ['figures', metrics.map((metric) => names[metric]).join(', ')],
    ...(stop
      ? [
          [
            'stop rule',
            `no more chips once the 95 % interval of ${names[stop.metric]} is narrower than ${stop.narrowerThan} points, from ${stop.atLeast} chips on`,
          ] as const,
        ]
      : []),
    ...(failed.length > 0 ? [['not compiled', counted(failed.length, 'point')] as const] : []),
    ['study', `SHA-256 ${study}`],
  ]);
}

const names: Readonly<Record<MetricName, string>> = {
  top1: 'top-1 (%)',
  top5: 'top-5 (%)',
  agreement: 'agreement (%)',
  difference: 'difference (points)',
  snr: 'signal to noise (dB)',
};

function pointTable({ axes, metrics, points }: SweepReport) {
  return {
    caption: 'All points, with the 95 % intervals of their figures',
    columns: [
      ...['model', 'target', ...axes, 'time', 'wires', 'compensate', 'chips', 'images'],
      ...metrics.map((metric) => names[metric]),
      ...['float top-1 (%)', 'arrays', 'problem'],
    ],
    rows: points.map((point): readonly Cell[] => {
      const { model, target, values, at, wires, compensate, images, measured, problem } = point;
      return [
        ...[
          model,
          target,
          ...axes.map((axis) => valueCell(values[axis]!)),
          { text: formatTime(at), value: at },
        ],
        ...[wires ? 'on' : 'off', compensate, countCell(measured?.chips), countCell(images)],
        ...metrics.map((metric) => figureCell(point, metric)),
        measured?.float === undefined ? '' : { text: measured.float.toFixed(2), value: measured.float },
        countCell(measured?.cost.arrays),
        problem ?? '',
      ];
    }),
  };
}

const valueCell = (value: string | number | boolean): Cell =>
  typeof value === 'number' ? { text: String(value), value } : String(value);

const countCell = (value: number | undefined): Cell =>
  value === undefined ? '' : { text: formatCount(value), value };

function figureCell({ measured }: PointReport, metric: MetricName): Cell {
  const figure = measured?.figures[metric];
  if (!figure) return '';
  const { value, low, high } = figure;
  const ends = low === undefined || high === undefined ? '' : ` (${low.toFixed(2)} to ${high.toFixed(2)})`;
  return { text: `${value.toFixed(2)}${ends}`, value };
}
