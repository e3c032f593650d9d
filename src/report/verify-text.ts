/** A verification report -> one readable screen of text. */

import type { ArrayCounters } from '../chip/chip.ts';
import { formatDiagnostic } from '../diagnostics/diagnostic.ts';
import { printableLine } from '../text/printable.ts';
import { formatQuantity } from '../text/units.ts';
import { wrap } from '../text/wrap.ts';
import type { PairedDifference } from '../verify/metrics.ts';
import type {
  LayerReport,
  MappedReport,
  ReadingReport,
  Scores,
  Snr,
  Spread,
  VerifyReport,
} from '../verify/report.ts';
import { calibrationOrder, calibrationText, formatRefresh, readingName } from './calibration-text.ts';
import { formatCorrections } from './corrections.ts';
import { deviceText } from './device-text.ts';
import { counted, formatCount, formatShare, formatSnr, shortenMiddle } from './number.ts';
import { formatRewriting } from './rewriting.ts';
import { type Fact, formatTable, numbers, texts } from './table.ts';

/** Layers with the lowest signal-to-noise ratio that are listed. */
const worstLayers = 5;

export interface VerificationText {
  /** Characters per line, where it is known. */
  readonly width?: number | undefined;
  /** Names all effects that are simulated, switched off or not modelled, and the assumed values; else they are counted. */
  readonly effects?: boolean | undefined;
}

export function formatVerification(
  report: VerifyReport,
  { width = 100, effects: all = false }: VerificationText = {},
): string {
  const sections = [
    header(report),
    comparison(report),
    conclusion(report),
    layers(report),
    programming(report),
    [...(all ? effects(report, width) : [countedEffects(report)]), ...ending(report)],
  ];
  return sections.map((lines) => lines.map((line) => `${line}\n`).join('')).join('\n');
}

function header(report: VerifyReport): string[] {
  const { model, package: pkg, target, data, trials, cost, seeds, recalledTrials } = report;
  const classes = data.classes === undefined ? '' : `, ${data.classes} classes`;
  const shifted = data.labelOffset === 0 ? '' : `, label 0 is class ${data.labelOffset}`;
  const labels = data.labelled ? shifted : unlabelled(data);
  const excluded = data.calibrationExcluded ? `, ${data.calibrationOverlap} calibration images left out` : '';
  const saved = trials.some(({ chip }) => chip !== undefined) ? 'saved, ' : '';
  const overrides = target.overrides.length > 0 ? ` with ${target.overrides.join(', ')}` : '';
  const each = `each programs ${counted(cost.arrays, 'array')} (${counted(cost.chips, 'chip')})`;
  const order = calibrationOrder(report.readings);
  const recalled = recalledTrials === 0 ? '' : `; ${recalledTrials} of them kept from earlier runs`;
  return [
    `Verification of ${pkg.folder}`,
    ...facts([
      ['model', `${model.file} (SHA-256 ${model.sha256.slice(0, 12)})`],
      ['target', `${target.name}: ${target.title}${overrides}`],
      ['data', `${data.name}: ${counted(data.images, 'image')}${classes}${labels}${excluded}`],
      [
        'trials',
        `${counted(trials.length, 'trial')} (${saved}seed ${seeds.join(', ')})${recalled}; ${each}${order ? `; ${order}` : ''}`,
      ],
    ]),
  ];
}

function comparison(report: VerifyReport): string[] {
  const { float, ideal, readings, trials } = report;
  const over = trials.length > 1 ? `mean of ${trials.length} trials` : '1 trial';
  const alone = readings.length === 1 && readings[0]!.at === 0;
  const nameOf = (reading: ReadingReport) => readingName(reading, readings);
  const shown = figures.filter((figure) => float[figure] !== undefined);
  const titles = titlesFor(report.data);
  const columns = [
    ...texts(''),
    ...numbers(...shown.map((figure) => titles[figure]), 'output SNR to float', 'to ideal'),
  ];
  const single = (scores: Scores) =>
    shown.map((figure) => formatSpread({ mean: scores[figure] ?? Number.NaN }, figure));
  const spread = (scores: MappedReport) =>
    shown.map((figure) => formatSpread(scores[figure] ?? { mean: Number.NaN }, figure));
  const rows = [
    ['floating point', ...single(float), '', ''],
    ['quantized, ideal chip', ...single(ideal), formatSnr(ideal.snrToFloat), ''],
    ...readings.map((reading, i) => [
      i === 0 ? `mapped, ${over}${alone ? '' : `, ${nameOf(reading)}`}` : `  ${nameOf(reading)}`,
      ...spread(reading),
      formatSnr(reading.snrToFloat),
      formatSnr(reading.snrToIdeal),
    ]),
  ];
  return formatTable(columns, rows).trimEnd().split('\n');
}

function unlabelled({ metric }: VerifyReport['data']): string {
  if (metric === 'ctc') return ', no texts: compared with those that floating point reads';
  return metric
    ? ', no labels: agreement and signal-to-noise ratio only'
    : ', no classes: signal-to-noise ratio only';
}

const figures = ['top1', 'top5', 'words', 'symbolErrors', 'rmse', 'r2', 'agreement'] as const;

const titlesFor = ({ metric }: VerifyReport['data']) => ({
  top1: 'top-1',
  top5: 'top-5',
  words: 'right texts',
  symbolErrors: 'symbol errors',
  rmse: 'RMSE',
  r2: 'R\u00b2',
  agreement: metric === 'ctc' ? 'same text as float' : 'same class as float',
});

function conclusion(report: VerifyReport): string[] {
  const { ideal, mapped, trials, bounds, refresh, warnings, data, snrImages } = report;
  const exact = report.effects.some((e) => e.name === 'programming error' && !e.applied) && report.readsAlike;
  const over =
    trials.length > 1
      ? '(over trials and images)'
      : `(over images; ${exact ? 'all chips are the same' : 'one trial says nothing about other chips'})`;
  const lines: string[] = [];
  const of = data.metric === 'ctc' ? 'right texts' : 'top-1';
  if (ideal.difference) lines.push(`ideal - float:  ${formatDifference(ideal.difference, of)}`);
  if (mapped.difference) lines.push(`mapped - float: ${formatDifference(mapped.difference, of)} ${over}`);
  if (!data.metric) lines.push(...withoutClasses);
  for (const { flag, limit, measured, met } of bounds) {
    lines.push(`${flag} ${limit}: ${met ? 'met' : 'NOT MET'} (${measured.toFixed(2)})`);
  }
  if (refresh) lines.push(formatRefresh(refresh, mapped));
  if (snrImages < data.images) lines.push(`output SNR on ${formatCount(snrImages)} of the images`);
  return [...lines, ...warnings.map(formatDiagnostic)];
}

/** What a ratio says, and what it does not. */
const withoutClasses = [
  'The output is no list of classes. 20 dB of output SNR are an error of a tenth of the outputs, 40 dB of a hundredth, on average over',
  'all values: how many boxes, words or pixels come out wrong it does not say. --metric ctc scores texts, --metric regression values.',
];

function layers({ layers: { images, snr } }: VerifyReport): string[] {
  const over = `(mapped against ideal, ${counted(images, 'image')})`;
  if (images === 0) return [];
  const noisy = snr.filter((layer) => layer.snr !== 'equal' || layer.own !== 'equal');
  if (noisy.length === 0) return [`All ${counted(snr.length, 'layer')} give the ideal chip's values ${over}`];
  const order = noisy.sort((a, b) => rank(a.own) - rank(b.own)).slice(0, worstLayers);
  // Several layers of one node, such as the steps of an LSTM, have the names of their outputs.
  const names = snr.map(({ origin }) => origin.name);
  const nameOf = ({ origin: { name }, output }: (typeof snr)[number]) =>
    printableLine(name && names.indexOf(name) === names.lastIndexOf(name) ? name : output);
  const width = Math.min(50, Math.max(...order.map((layer) => nameOf(layer).length)));
  return [
    `Layers with the lowest SNR of their own, of ${snr.length} ${over}; with the errors of earlier layers:`,
    ...order.map((layer) => {
      const name = shortenMiddle(nameOf(layer), width).padEnd(width);
      const [own, whole] = [layer.own, layer.snr].map((value) => formatSnr(value).padStart(8));
      return `  ${name}  ${layer.origin.op.padEnd(6)}  ${own}; ${whole}  ${saturation(layer)}`;
    }),
    ...mostSaturated(snr, order).map(
      (layer) => `  Most conversions saturate in ${nameOf(layer)}: ${formatShare(layer.saturated)}`,
    ),
  ];
}

function saturation({ saturated }: LayerReport): string {
  return saturated > 0 ? `${formatShare(saturated)} of its conversions saturate` : 'no conversion saturates';
}

/** The layer that saturates most, unless it is listed anyway. */
function mostSaturated(all: readonly LayerReport[], listed: readonly LayerReport[]): LayerReport[] {
  const most = all.reduce((a, b) => (b.saturated > a.saturated ? b : a));
  return most.saturated > 0 && !listed.includes(most) ? [most] : [];
}

function rank(snr: Snr): number {
  if (snr === 'equal') return Number.POSITIVE_INFINITY;
  return typeof snr === 'number' ? snr : Number.NEGATIVE_INFINITY;
}

function programming({ trials, cost, calibration, readings }: VerifyReport): string[] {
  const mean = (of: (counters: ArrayCounters) => number) =>
    trials.reduce((sum, trial) => sum + of(trial.programming), 0) / trials.length;
  const formed = mean((c) => c.formed);
  const pulses = formed === 0 ? 0 : mean((c) => c.setPulses + c.resetPulses) / formed;
  const givenUp = mean((c) => c.cellsGivenUp);
  const share = formatShare(formed === 0 ? 0 : givenUp / formed);
  const transfers = mean((c) => c.transfers);
  const signErrors = mean((c) => c.signErrors);
  // Until cells have moved, nobody has to do it twice.
  const aged = readings.some(({ at }) => at > 0);
  const [time, energy] = [mean((c) => c.time), mean((c) => c.energy)];
  const rows: Fact[] = [
    [
      'cells',
      `${formatCount(formed)} formed, ${pulses.toFixed(2)} pulses each, ${formatCount(givenUp)} given up (${share})`,
    ],
    ...(transfers > 0
      ? [['transfers', `${formatCount(transfers)}, ${formatCount(signErrors)} with a wrong sign`] as const]
      : []),
    ['programming', `${formatQuantity(time, 's')} array by array, ${formatQuantity(energy, 'J')}`],
    ...(calibration && aged ? [['calibration', calibrationText(calibration)] as const] : []),
    [
      'inference',
      `${formatCount(cost.conversions)} conversions, ${formatQuantity(cost.conversionEnergy, 'J')} in the converters`,
    ],
  ];
  const most = trials.map(({ corrections }) => corrections).reduce((a, b) => (b.share > a.share ? b : a));
  if (most.layers > 0) rows.push(['corrections', formatCorrections(most)]);
  const [again] = trials.flatMap(({ rewritten }) => rewritten ?? []);
  if (again) rows.push(['rewriting', `${trials.length > 1 ? 'first chip: ' : ''}${formatRewriting(again)}`]);
  return [`Cost${trials.length > 1 ? ' (programming: mean of the trials)' : ''}:`, ...facts(rows)];
}

/** What the simulation contains and what it rests on, in one line. */
function countedEffects({ effects: all, notModelled, assumed }: VerifyReport): string {
  const applied = all.filter((effect) => effect.applied).length;
  const off = all.length - applied;
  return [
    `${counted(applied, 'effect')} simulated, ${off} switched off, ${notModelled.length} not modelled`,
    `${assumed.values.length} of the target's ${counted(assumed.of, 'value')} assumed (--effects names them)`,
  ].join('; ');
}

function effects({ effects: all, notModelled, assumed }: VerifyReport, width: number): string[] {
  const names = (applied: boolean) => all.filter((e) => e.applied === applied).map((e) => e.name);
  const off = names(false);
  const values = assumed.values.map(({ field, text }) => `${field}=${text}`);
  const said: Fact[] = [
    ['simulated', names(true).join('; ')],
    ...(off.length > 0 ? [['switched off', off.join('; ')] as const] : []),
    ['not modelled', notModelled.join('; ')],
    ['assumed', `${values.length} of the target's ${assumed.of} values: ${values.join(', ')}`],
  ];
  return said.flatMap((fact) => wrapped(fact, width));
}

function ending({
  knownAnswer: { maxDifference, largest },
  recalledReferences,
  device,
  duration,
}: VerifyReport): string[] {
  const within = `within ${maxDifference.toPrecision(2)}, of values up to ${largest.toPrecision(3)}`;
  const recalled = recalledReferences.map((name) => referenceTexts[name]).join(' and ');
  const said: Fact[] = [
    ['self check', `the recorded answer is reproduced ${maxDifference === 0 ? 'exactly' : within}`],
    ...(device ? [['device', deviceText(device)] as const] : []),
    ...(recalled === '' ? [] : [['recalled', `${recalled}: outputs that an earlier run has kept`] as const]),
    ['time', `${duration.toFixed(1)} s`],
  ];
  return said.map(([name, text]) => `${label(name)}${text}`);
}

const referenceTexts = { float: 'floating point', ideal: 'quantized, ideal chip' } as const;

const labelWidth = 14;
const label = (text: string) => text.padEnd(labelWidth);

function facts(rows: readonly Fact[]): string[] {
  return rows.map(([name, text]) => `  ${label(name)}${text}`);
}

/** A labelled text whose lines stay within `width`. */
function wrapped([name, text]: Fact, width: number): string[] {
  const lines = wrap(text, Math.max(30, width - labelWidth));
  return lines.map((line, i) => `${label(i === 0 ? name : '')}${line}`);
}

const percent = (value: number) => `${value.toFixed(2)} %`;

function formatSpread({ mean, deviation }: Spread, figure: (typeof figures)[number]): string {
  if (figure === 'rmse' || figure === 'r2') {
    const plain = (value: number) => (Number.isNaN(value) ? '-' : String(Number(value.toPrecision(4))));
    return deviation === undefined ? plain(mean) : `${plain(mean)} ± ${plain(deviation)}`;
  }
  return deviation === undefined ? percent(mean) : `${mean.toFixed(2)} ± ${deviation.toFixed(2)} %`;
}

function formatDifference({ points, low, high }: PairedDifference, of: string): string {
  const signed = (value: number) =>
    `${value > 0.005 ? '+' : ''}${value.toFixed(2).replace(/^-0\.00$/, '0.00')}`;
  if (low === 0 && high === 0) return 'no image changed between right and wrong';
  return `${signed(points)} points of ${of}, 95 % interval ${signed(low)} to ${signed(high)}`;
}
