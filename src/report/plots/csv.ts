/** A figure -> its numbers as CSV, one line a point, in the units that its head names. */
import type { Axis, Figure } from '../../figures/figure.ts';

const headOf = ({ name, unit }: Axis) => (unit === '' ? name : `${name} (${unit})`);

const cell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const line = (cells: readonly (string | number)[]) => `${cells.map((one) => cell(String(one))).join(',')}\n`;

export function figureCsv({ plot }: Pick<Figure, 'plot'>): string {
  if (plot.form === 'grid')
    return [
      line([headOf(plot.y), headOf(plot.x), headOf(plot.value)]),
      ...plot.rows.flatMap((row, i) => row.map((value, j) => line([plot.ys[i]!, plot.xs[j]!, value]))),
    ].join('');
  const { x, y, series } = plot;
  return [
    line(['series', 'kind', headOf(x), headOf(y), 'low', 'high']),
    ...series.flatMap((one) =>
      one.x.map((at, i) =>
        line([one.name, one.kind, at, one.y[i]!, one.low?.[i] ?? '', one.high?.[i] ?? '']),
      ),
    ),
  ].join('');
}
