/** Verifications of a package -> their scores, error budget, scores over time, and layers. */

import { formatTime } from '../../text/time.ts';
import type { LayerReport, Snr, VerifyReport } from '../../verify/report.ts';
import { errorBudget } from '../figures/error-budget.ts';
import { type Score, scoreOf } from '../figures/score.ts';
import { accuracyDrawing, driftDrawing, layerDrawing } from '../figures/verification.ts';
import { counted, formatShare, formatSnr } from '../number.ts';
import type { ReportContent } from './content.ts';
import { htmlDrawing } from './drawing.ts';
import { effectCosts } from './effect-costs.ts';
import { type Cell, escaped, htmlTable, type Section } from './html.ts';

const snrCell = (snr: Snr | undefined): Cell => {
  if (snr === undefined) return '';
  // Exact ones are above all others.
  return { text: formatSnr(snr), value: typeof snr === 'number' ? snr : snr === 'equal' ? 1e6 : -1e6 };
};

const valueText = (value: number, { axis: { unit } }: Score) =>
  unit === '%' ? `${value.toFixed(2)} %` : String(Number(value.toPrecision(4)));

/** Of a value, or of a difference with its sign. */
const scoreCell = (value: number | undefined, score: Score | undefined, signed = false): Cell => {
  if (value === undefined || !score) return '';
  const text = signed ? valueText(value, score).replace(' %', ' points') : valueText(value, score);
  return { text: signed && value > 0 ? `+${text}` : text, value };
};

/** @returns one section for accuracy, one for the error budget, one for time where there is any, and one for layers */
export function verificationSections({
  verified,
  explained,
}: Pick<ReportContent, 'verified' | 'explained'>): readonly Section[] {
  const titled = (path: string) =>
    verified.length + explained.length > 1 ? `<h3>${escaped(path)}</h3>` : '';
  const parts = verified.map(({ path, report }, i) => {
    const name = `verify-${i + 1}`;
    const head = titled(path);
    return {
      accuracy: head + scores(report) + accuracyDrawing(report, name).map(htmlDrawing).join(''),
      budget: head + budget(report),
      drift: driftDrawing(report, name).map(htmlDrawing).join(''),
      layers: head + layerDrawing(report, name).map(htmlDrawing).join('') + layers(report),
    };
  });
  const effects = explained.map(({ path, report }) => titled(path) + effectCosts(report));
  const section = (
    id: keyof (typeof parts)[number],
    title: string,
    more: readonly string[] = [],
  ): Section[] => {
    const body = [...parts.map((part) => part[id]), ...more].join('\n').trim();
    return body === '' ? [] : [{ id, title, body }];
  };
  return [
    ...section('accuracy', 'Accuracy'),
    ...section('budget', 'Error budget', effects),
    ...section('drift', 'Drift'),
    ...section('layers', 'Signal-to-noise ratio of layers'),
  ];
}

function scores(report: VerifyReport): string {
  const score = scoreOf(report);
  const { data, float, ideal, mapped, trials, bounds } = report;
  const { difference } = mapped;
  const interval = difference
    ? `<p>Chips less floating point: ${difference.points.toFixed(2)} points, 95 % interval ${difference.low.toFixed(2)} to ${difference.high.toFixed(2)}, over chips and images.</p>`
    : '';
  const met = bounds.map(
    ({ flag, limit, measured, met: is }) =>
      `<p>${flag} ${limit}: ${is ? 'met' : 'not met'} (${measured.toFixed(2)}).</p>`,
  );
  const deviation = score?.spread(mapped)?.deviation;
  const chips = score?.spread(mapped)?.mean;
  return `${htmlTable({
    caption: `${counted(data.images, 'image')} of ${data.name}, ${counted(trials.length, 'chip')}${data.labelled ? '' : ', no labels'}`,
    columns: ['network', score?.axis.name ?? 'score', 'signal to noise, to floating point', 'to integers'],
    rows: [
      ['floating point', scoreCell(score?.of(float), score), '', ''],
      ['integers, no chip', scoreCell(score?.of(ideal), score), snrCell(ideal.snrToFloat), ''],
      ...report.mapped.trials.map((trial, i): Cell[] => [
        `chip of seed ${trials[i]!.seed}`,
        scoreCell(score?.of(trial), score),
        snrCell(trial.snrToFloat),
        snrCell(trial.snrToIdeal),
      ]),
      [
        `mean of the chips${deviation === undefined ? '' : `, deviation ${deviation.toFixed(2)}`}`,
        scoreCell(chips, score),
        snrCell(mapped.snrToFloat),
        snrCell(mapped.snrToIdeal),
      ],
    ],
  })}
${interval}${met.join('')}`;
}

function budget(report: VerifyReport): string {
  const score = scoreOf(report);
  const steps = errorBudget(report);
  return `<p>What each step takes besides the one before it. Error energies of integers and of chips are taken as independent. Which effect of the chips takes how much, <code>crossloom explain</code> measures (--explain).</p>
${htmlTable({
  caption: 'From floating point to the chips',
  columns: [
    'step',
    score?.axis.name ?? 'score',
    'change',
    'signal to noise, to floating point',
    'error energy added',
  ],
  rows: steps.map(({ stage, reading, score: value, change, snrToFloat, noise }) => [
    stage === 'float'
      ? 'floating point'
      : stage === 'integers'
        ? 'rounding to integers'
        : `chips, ${reading!.at > 0 ? `${formatTime(reading!.at)} after programming` : 'right after programming'}${reading!.wires ? '' : ', wires without resistance'}`,
    scoreCell(value, score),
    scoreCell(change, score, true),
    snrCell(snrToFloat),
    noise === undefined ? '' : { text: formatShare(noise), value: noise },
  ]),
})}`;
}

function layers({ layers: { images, snr } }: VerifyReport): string {
  const nameOf = ({ origin: { name }, output }: LayerReport) => name || output;
  return htmlTable({
    caption: `Layers in the order of the network, on ${counted(images, 'image')}`,
    columns: ['layer', 'name', 'operator', 'by itself', 'with the layers before it', 'saturated conversions'],
    rows: snr.map((layer, i) => [
      { text: String(i), value: i },
      nameOf(layer),
      layer.origin.op,
      snrCell(layer.own),
      snrCell(layer.snr),
      { text: formatShare(layer.saturated), value: layer.saturated },
    ]),
  });
}
