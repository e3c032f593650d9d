/** A sweep -> drawings: accuracy along every axis, against what designs take, and how many chips reach it. */
import type { Axis, Chart, Drawing, Series } from '../../figures/figure.ts';
import type { PointReport, SweepReport } from '../../sweep/report.ts';
import type { MetricName } from '../../sweep/study.ts';
import { formatTime } from '../../text/time.ts';

/** A point that was measured. */
type Measured = PointReport & { readonly measured: NonNullable<PointReport['measured']> };

const axes: Readonly<Record<MetricName, Axis>> = {
  top1: { name: 'top-1 accuracy', unit: '%' },
  top5: { name: 'top-5 accuracy', unit: '%' },
  agreement: { name: 'same answer as floating point', unit: '%' },
  difference: { name: 'top-1 against floating point', unit: 'points' },
  snr: { name: 'signal to noise', unit: 'dB' },
};

/** Curves in one picture at most: more of them are told apart by nobody. */
const mostSeries = 8;

const measuredOf = ({ points }: SweepReport) =>
  points.filter((point): point is Measured => point.measured !== undefined);

/** What all pictures show: the first metric that has a figure everywhere. */
export function shownMetric(report: SweepReport): MetricName | undefined {
  const points = measuredOf(report);
  return report.metrics.find(
    (metric) => points.length > 0 && points.every(({ measured }) => measured.figures[metric]),
  );
}

/** What tells points apart, as names and texts: model, target, axes, time, wires and compensation, of those that vary. */
function partsOf(
  report: SweepReport,
): readonly (readonly [name: string, of: (point: PointReport) => string | number | boolean])[] {
  const all: [string, (point: PointReport) => string | number | boolean][] = [
    ['model', ({ model }) => model],
    ['target', ({ target }) => target],
    ...report.axes.map((axis): [string, (point: PointReport) => string | number | boolean] => [
      axis,
      ({ values }) => values[axis]!,
    ]),
    ['time', ({ at }) => at],
    ['wires', ({ wires }) => (wires ? 'with wires' : 'without wires')],
    ['compensate', ({ compensate }) => compensate],
  ];
  return all.filter(([, of]) => new Set(report.points.map(of)).size > 1);
}

const textOf = (name: string, value: string | number | boolean) =>
  name === 'time'
    ? formatTime(value as number)
    : ['model', 'target', 'wires', 'compensate'].includes(name)
      ? String(value)
      : `${name} ${value}`;

/** The number that a value begins with: `0.1 ohm` is 0.1. */
function numberOf(value: string | number | boolean): number | undefined {
  const number = typeof value === 'number' ? value : Number.parseFloat(String(value));
  return typeof value === 'boolean' || Number.isNaN(number) ? undefined : number;
}

/** One drawing for each axis with several values: a curve for every combination of the others. */
export function axisDrawings(report: SweepReport): readonly Drawing<Chart>[] {
  const metric = shownMetric(report);
  if (!metric) return [];
  const parts = partsOf(report);
  return parts.flatMap(([name, of], number): Drawing<Chart>[] => {
    const others = parts.filter(([other]) => other !== name);
    // What is read at once has no place in a logarithm.
    const later = measuredOf(report).filter((point) => name !== 'time' || point.at > 0);
    const points = new Set(later.map(of)).size < 2 ? measuredOf(report) : later;
    const values = [...new Set(points.map(of))];
    if (values.length < 2) return [];
    const numbers = values.map(numberOf);
    const numeric = numbers.every((value) => value !== undefined);
    const place = (point: PointReport) => (numeric ? numberOf(of(point))! : values.indexOf(of(point)) + 1);
    const groups = new Map<string, Measured[]>();
    for (const point of points) {
      const key = others.map(([other, its]) => textOf(other, its(point))).join(', ') || 'chips';
      groups.set(key, [...(groups.get(key) ?? []), point]);
    }
    const shown = [...groups].slice(0, mostSeries);
    const left = groups.size - shown.length;
    const series = shown.map(([key, own], colour): Series => {
      const sorted = own.toSorted((a, b) => place(a) - place(b));
      const figures = sorted.map(({ measured }) => measured.figures[metric]!);
      const banded = figures.every(({ low, high }) => low !== undefined && high !== undefined);
      return {
        ...{ name: key, drawn: numeric ? 'line' : 'dots', kind: 'measured', colour },
        x: sorted.map(place),
        y: figures.map(({ value }) => value),
        ...(banded && { low: figures.map(({ low }) => low!), high: figures.map(({ high }) => high!) }),
      };
    });
    const named = numeric
      ? ''
      : `; ${values.map((value, i) => `${i + 1} is ${textOf(name, value)}`).join(', ')}`;
    const rest = left > 0 ? `; ${left} more combinations are in the table alone` : '';
    return [
      {
        name: `axis-${number + 1}`,
        title: `${capital(axes[metric].name)} against ${name}`,
        about: `each point is the mean of its chips, the band or whisker its 95 % interval over chips and images${named}${rest}`,
        plot: {
          form: 'chart',
          x: numeric ? xAxis(name, numbers as number[], values) : { name, unit: '', scale: 'whole' },
          y: yAxis(metric, series),
          series,
        },
      },
    ];
  });
}

function xAxis(
  name: string,
  numbers: readonly number[],
  values: readonly (string | number | boolean)[],
): Axis {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const unit = name === 'time' ? 's' : (/^[^a-zA-Z]*\s*(.*)$/.exec(String(values[0]))?.[1] ?? '');
  const scale =
    least > 0 && most / least >= 50
      ? 'log'
      : numbers.every(Number.isInteger) && most - least <= 20
        ? 'whole'
        : 'linear';
  return { name, unit: typeof values[0] === 'number' && name !== 'time' ? '' : unit, scale };
}

/** Shares have a point of room to both sides, so that equal ones look equal. */
function yAxis(metric: MetricName, series: readonly Series[]): Axis {
  const axis = axes[metric];
  const values = series.flatMap(({ y, low = [], high = [] }) => [...y, ...low, ...high]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (axis.unit === '%')
    return { ...axis, range: [Math.max(0, Math.floor(least - 1)), Math.min(100, Math.ceil(most + 1))] };
  return { ...axis, range: [Math.floor(least - 1), Math.ceil(most + 1)] };
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Against arrays, and against energy where every design has it: all points, and those that no other beats in both. */
export function paretoDrawings(report: SweepReport): readonly Drawing<Chart>[] {
  const metric = shownMetric(report);
  if (!metric) return [];
  const points = measuredOf(report);
  const against = (
    name: string,
    title: string,
    x: Axis,
    of: (point: Measured) => number | undefined,
  ): Drawing<Chart>[] => {
    const costs = points.map(of);
    if (costs.some((cost) => cost === undefined) || new Set(costs).size < 2) return [];
    const placed = points
      .map((point, i) => ({ x: costs[i]!, y: point.measured.figures[metric]!.value }))
      .toSorted((a, b) => a.x - b.x || b.y - a.y);
    const front = placed.filter(({ y }, i) => placed.slice(0, i).every((other) => other.y < y));
    const series: readonly Series[] = [
      {
        ...{ name: 'no point takes less and does better', drawn: 'line', kind: 'measured', colour: 0 },
        ...{ x: front.map((one) => one.x), y: front.map((one) => one.y) },
      },
      {
        ...{ name: 'points', drawn: 'dots', kind: 'measured', colour: 3 },
        ...{ x: placed.map((one) => one.x), y: placed.map((one) => one.y) },
      },
    ];
    const [least, most] = [Math.min(...placed.map((one) => one.x)), Math.max(...placed.map((one) => one.x))];
    return [
      {
        name,
        title: `${capital(axes[metric].name)} against ${title}`,
        about: `every point of the sweep by the mean of its chips`,
        plot: {
          form: 'chart',
          x: { ...x, scale: least > 0 && most / least >= 50 ? 'log' : 'linear' },
          y: yAxis(metric, series),
          series,
        },
      },
    ];
  };
  return [
    ...against(
      'pareto-arrays',
      'arrays',
      { name: 'arrays', unit: '' },
      ({ measured }) => measured.cost.arrays,
    ),
    ...against(
      'pareto-energy',
      'energy of an inference',
      { name: 'energy of an inference', unit: 'J' },
      ({ measured }) => measured.cost.energy,
    ),
  ];
}

/** Share of the chips of each point that are above an accuracy. */
export function yieldDrawing(report: SweepReport): readonly Drawing<Chart>[] {
  const parts = partsOf(report);
  const points = measuredOf(report).filter(({ measured }) => (measured.shares?.length ?? 0) > 1);
  if (points.length === 0) return [];
  const shown = points.slice(0, mostSeries);
  const all = shown.flatMap(({ measured }) => measured.shares!);
  const [from, to] = [
    Math.max(0, Math.floor(Math.min(...all) - 1)),
    Math.min(100, Math.ceil(Math.max(...all) + 1)),
  ];
  const series = shown.map((point, colour): Series => {
    const sorted = point.measured.shares!.toSorted((a, b) => a - b);
    const { length } = sorted;
    // Between two chips the share is that of those above.
    const x = [from, ...sorted, to];
    const y = [100, ...sorted.map((_, i) => (100 * (length - 1 - i)) / length), 0];
    return {
      ...{ name: parts.map(([name, of]) => textOf(name, of(point))).join(', ') || 'chips' },
      ...{ drawn: 'steps', kind: 'measured', colour, x, y },
    };
  });
  const left = points.length - shown.length;
  const of = report.share === 'top1' ? axes.top1 : axes.agreement;
  return [
    {
      name: 'yield',
      title: 'Share of the chips above an accuracy',
      about: `a step for every chip${left > 0 ? `; ${left} more points are in the table alone` : ''}`,
      plot: {
        form: 'chart',
        x: { ...of, range: [from, to] },
        y: { name: 'chips above', unit: '%', range: [0, 100] },
        series,
      },
    },
  ];
}
