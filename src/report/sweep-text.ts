/** What a sweep found, and what one will take, as text. */
import type { SweepReport } from '../sweep/report.ts';
import { formatTime } from '../text/time.ts';
import { counted, formatBytes } from './number.ts';
import { formatTable, numbers, texts } from './table.ts';

/** The points, and where more is written. */
export function formatSweep(
  { axes, metrics, points, stop }: SweepReport,
  files: { readonly table: string; readonly report: string },
  width: number | undefined,
): string {
  const heads = [
    ...texts('model', 'target', ...axes),
    ...numbers('time'),
    ...texts('wires'),
    ...numbers('chips', ...metrics),
  ];
  const rows = points.map(({ model, target, values, at, wires, measured, problem }) => [
    ...[model, target, ...axes.map((axis) => String(values[axis])), formatTime(at), wires ? 'on' : 'off'],
    measured ? String(measured.chips) : '',
    ...metrics.map((metric, i) => {
      if (!measured) return i === 0 && problem !== undefined ? 'not compiled' : '';
      const { value, low, high } = measured.figures[metric] ?? {};
      if (value === undefined) return '';
      return low === undefined
        ? value.toFixed(2)
        : `${value.toFixed(2)} (${low.toFixed(2)} to ${high!.toFixed(2)})`;
    }),
  ]);
  const ended = stop
    ? `no more chips once the 95 % interval of ${stop.metric} is narrower than ${stop.narrowerThan} points\n`
    : '';
  return `${formatTable(heads, rows, width)}\n${ended}${files.table}: all figures\n${files.report}: plots\n`;
}

interface Estimate {
  readonly designs: number;
  readonly points: number;
  readonly tasks: number;
  readonly threads: number;
  readonly compileTime: number;
  readonly taskTime: number;
  readonly time: number;
  readonly memory: number;
}

export function formatEstimate(
  { designs, points, tasks, threads, compileTime, taskTime, time, memory }: Estimate,
  stops: boolean,
): string {
  return `${counted(designs, 'design')}, ${counted(points, 'point')}, ${stops ? 'at most ' : ''}${counted(tasks, 'task')}
one design took ${formatTime(compileTime)} to compile, and one task of it ${formatTime(taskTime)} on one thread
on ${counted(threads, 'thread')} of this computer: about ${formatTime(time)}${stops ? ' at most' : ''}, and ${formatBytes(memory)} of memory
Other designs may take more or less than the one that was tried.
`;
}
