/** A verification -> drawings: its scores over trials and over time, and what each layer leaves of its signal. */
import type { Chart, Drawing, Series } from '../../figures/figure.ts';
import { formatTime } from '../../text/time.ts';
import type { LayerReport, ReadingReport, VerifyReport } from '../../verify/report.ts';
import { counted } from '../number.ts';
import { type Score, scoreAxis, scoreOf } from './score.ts';

/** A constant over a range. */
const level = (name: string, y: number | undefined, from: number, to: number, colour: number): Series[] =>
  y === undefined ? [] : [{ name, drawn: 'line', kind: 'law', colour, x: [from, to], y: [y, y] }];

/** Between which values a reading's mean lies: 95 % for top-1; a standard deviation of the trials to both sides for others. */
function bandOf(reading: ReadingReport, score: Score, float: number | undefined) {
  const { mean, deviation } = score.spread(reading)!;
  const { difference } = reading;
  if (difference && float !== undefined && score.spread(reading) === reading.top1)
    return { low: float + difference.low, high: float + difference.high };
  return deviation === undefined ? undefined : { low: mean - deviation, high: mean + deviation };
}

const bandText = ({ mapped }: VerifyReport) =>
  mapped.difference
    ? 'the band is the 95 % interval of their mean, over chips and images'
    : 'the band is a standard deviation of the chips to both sides of their mean';

/** @param name that begins those of the drawings */
export function accuracyDrawing(report: VerifyReport, name: string): readonly Drawing<Chart>[] {
  const score = scoreOf(report);
  if (!score) return [];
  const { mapped, float, ideal, trials, data } = report;
  const [from, to] = [0.5, trials.length + 0.5];
  const band = bandOf(mapped, score, score.of(float));
  const { mean } = score.spread(mapped)!;
  const at = mapped.at > 0 ? `, ${formatTime(mapped.at)} after programming` : '';
  const both = (value: number) => ({ x: [from, to], y: [value, value] });
  const chips: Series = {
    ...{ name: 'chips', drawn: 'dots', kind: 'measured', colour: 3 },
    x: trials.map((_, i) => i + 1),
    y: mapped.trials.map((trial) => score.of(trial)!),
  };
  const average: Series = {
    ...{ name: 'mean of the chips', drawn: 'line', kind: 'measured', colour: 0, ...both(mean) },
    ...(band && { low: [band.low, band.low], high: [band.high, band.high] }),
  };
  const series = [
    average,
    chips,
    ...level('floating point', score.of(float), from, to, 2),
    ...level('integers, no chip', score.of(ideal), from, to, 1),
  ];
  return [
    {
      name: `${name}-trials`,
      title: 'Accuracy over trials',
      about: `${counted(data.images, 'image')} on ${counted(trials.length, 'chip')}${at}${band ? `; ${bandText(report)}` : ''}`,
      plot: {
        form: 'chart',
        x: { name: 'chip', unit: '', scale: 'whole' },
        y: scoreAxis(score, series),
        series,
      },
    },
  ];
}

/** Scores over the time after programming; nothing where there is one time. What is read at once has no place in a logarithm. */
export function driftDrawing(report: VerifyReport, name: string): readonly Drawing<Chart>[] {
  const score = scoreOf(report);
  const { readings, float } = report;
  const later = readings.filter(({ at }) => at > 0);
  const times = [...new Set(later.map(({ at }) => at))];
  if (!score || times.length === 0 || new Set(readings.map(({ at }) => at)).size < 2) return [];
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const kinds = [...new Set(later.map(kindOf))];
  const curves = kinds.flatMap((kind, colour): Series[] => {
    const own = later.filter((reading) => kindOf(reading) === kind).toSorted((a, b) => a.at - b.at);
    const bands = own.map((reading) => bandOf(reading, score, score.of(float)));
    const first = readings.find((reading) => reading.at === 0 && kindOf(reading) === kind);
    const whole = bands.every((band) => band !== undefined);
    const points = {
      x: own.map(({ at }) => at),
      y: own.map((reading) => score.spread(reading)!.mean),
    };
    return [
      {
        ...{ name: kind, drawn: 'line', kind: 'measured', colour, ...points },
        ...(whole && { low: bands.map((band) => band!.low), high: bands.map((band) => band!.high) }),
      },
      { name: kind, drawn: 'dots', kind: 'measured', colour, ...points },
      ...(first ? level(`${kind}, at once`, score.spread(first)!.mean, from, to, colour) : []),
    ];
  });
  const series = [...curves, ...level('floating point', score.of(float), from, to, 2)];
  return [
    {
      name: `${name}-drift`,
      title: 'Accuracy over time',
      about: `Time after programming, mean of ${counted(report.trials.length, 'chip')}; dashed: read right after programming, and floating point; ${bandText(report)}`,
      plot: {
        form: 'chart',
        x: { name: 'time', unit: 's', scale: 'log', range: decades(from, to) },
        y: scoreAxis(score, series),
        series,
      },
    },
  ];
}

/** Powers of ten around a range. */
const decades = (from: number, to: number): [number, number] => [
  10 ** Math.floor(Math.log10(from)),
  10 ** Math.max(Math.floor(Math.log10(from)) + 1, Math.ceil(Math.log10(to))),
];

const kindOf = ({ wires }: ReadingReport) => (wires ? 'as read' : 'wires without resistance');

/** Ratios of layers that are finite: an exact layer has no noise. */
export function layerDrawing({ layers }: VerifyReport, name: string): readonly Drawing<Chart>[] {
  const { images, snr } = layers;
  const pointsOf = (value: (layer: LayerReport) => LayerReport['snr']) => {
    const known = snr.flatMap((layer, i) => {
      const ratio = value(layer);
      return typeof ratio === 'number' ? [[i, ratio] as const] : [];
    });
    return { x: known.map(([i]) => i), y: known.map(([, ratio]) => ratio) };
  };
  const [own, whole] = [pointsOf((layer) => layer.own), pointsOf((layer) => layer.snr)];
  if (own.x.length + whole.x.length === 0) return [];
  return [
    {
      name: `${name}-layers`,
      title: 'Signal-to-noise ratio by layer',
      about: `Outputs of every layer against those of integers, on ${counted(images, 'image')}: what it errs by itself, and with the errors of the layers before it`,
      plot: {
        form: 'chart',
        x: { name: 'layer', unit: '', scale: 'whole' },
        y: { name: 'signal to noise', unit: 'dB' },
        series: [
          { name: 'by itself', drawn: 'dots', kind: 'measured', ...own },
          { name: 'with the layers before it', drawn: 'line', kind: 'measured', ...whole },
        ],
      },
    },
  ];
}
