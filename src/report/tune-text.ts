/** A tuning report -> text: what loses accuracy, what was tried, and why one mapping was chosen. */

import { remedyName } from '../ir/remedy-name.ts';
import { formatTime } from '../text/time.ts';
import type { Loss, LossReport, MappingReport } from '../tune/loss.ts';
import type { TriedReport, TuneReport } from '../tune/report.ts';
import { deviceText } from './device-text.ts';
import { counted, formatCount, formatShare, formatSnr } from './number.ts';
import { formatTable, numbers, texts } from './table.ts';
import { classTable, formsText, frontTable } from './tune-front.ts';

/** @param width characters per line, where it is known: lists of layers are broken to fit */
export function formatTuning(report: TuneReport, width = 160): string {
  const { wires } = report;
  return [
    header(report),
    wires && remedies(wires),
    report.blame && blame(report, report.blame),
    classTable(report),
    tried(report, width),
    frontTable(report, width),
    conclusion(report),
  ]
    .filter(Boolean)
    .join('\n');
}

function header(report: TuneReport): string {
  const { model, target, data, trials, seed, at, compensated, device, float, maxDrop, maxDigital } = report;
  const read = at > 0 ? `, read ${formatTime(at)} after programming (compensation: ${compensated})` : '';
  const overrides = target.overrides.length > 0 ? ` with ${target.overrides.join(', ')}` : '';
  const left = data.calibration > 0 ? `; ${counted(data.calibration, 'calibration sample')} left out` : '';
  return [
    `Tuning of ${model.file} for ${target.name}${overrides}`,
    `bound     ${points(maxDrop)} points of top-1 lost at most, ${maxDigital} % of the multiplications digital at most`,
    `data      ${data.name}: ${counted(data.tuning, 'image')} to tune on, ${formatCount(data.heldOut)} held out${left}; one image is ${points(100 / data.tuning)} points`,
    `chips     ${formatCount(trials)} per mapping (from seed ${seed})${read}`,
    ...(device ? [`device    ${deviceText(device)}`] : []),
    `float     ${float.toFixed(2)} % top-1 on the images to tune on`,
    '',
  ].join('\n');
}

function remedies({
  tried,
  leftOpen,
  share,
  without,
  ruledOut,
  taken,
}: NonNullable<TuneReport['wires']>): string {
  const columns = [
    ...texts(''),
    ...numbers('arrays', 'conversions', 'loss'),
    ...texts('95 %'),
    ...numbers('SNR'),
    ...texts('bound'),
  ];
  const rowOf = (name: string, measured: LossReport & Partial<MappingReport>, bound: string) => [
    name,
    measured.arrays === undefined ? '' : formatCount(measured.arrays),
    measured.conversions === undefined ? '' : formatCount(measured.conversions),
    ...lossTexts(measured),
    bound,
  ];
  const rows = tried.map((one) =>
    rowOf(remedyName(one.remedy) || 'as given', one, one.met ? 'met' : 'missed'),
  );
  if (without) rows.splice(1, 0, rowOf('as given, without wire resistance', without, ''));
  return [
    `Against the wires, all layers as given: ${remedyName(taken) || 'nothing'} is taken, and tuned from there`,
    formatTable(columns, rows).trimEnd(),
    ...(share !== undefined && !without
      ? [
          `nothing more was measured: ${leftOpen ? 'the compiler has chosen it, and ' : ''}wires are expected to make up ${formatShare(share)} of the error`,
        ]
      : []),
    ...ruledOut.map(({ remedy, expected, than, over }) =>
      over
        ? `not measured: ${remedyName(remedy)}, which can ask lines of ${counted(over, 'array')} for more than their limit`
        : `not measured: ${remedyName(remedy)}, expected to leave ${expected.toFixed(1)} dB where another leaves ${than.toFixed(1)} dB`,
    ),
    '',
  ].join('\n');
}

function tried({ tried: mappings, chosen, maxDrop }: TuneReport, width: number): string {
  const columns = [
    ...numbers(''),
    ...texts('mapping'),
    ...numbers('arrays', 'conversions', 'digital', 'loss'),
    ...texts('95 %', 'SNR', 'bound', 'other chips', 'forms'),
  ];
  const rows = mappings.map((mapping, i) => [
    `${i + 1}${i + 1 === chosen ? '*' : ''}`,
    mapping.why,
    formatCount(mapping.arrays),
    formatCount(mapping.conversions),
    formatShare(mapping.digital),
    ...lossTexts(mapping),
    verdict(mapping, maxDrop),
    mapping.otherChips
      ? `${points(mapping.otherChips.loss.points)} ${mapping.otherChips.met ? 'met' : 'missed'}`
      : '',
    formsText(mapping.forms),
  ]);
  return `Mappings that were tried\n${formatTable(columns, rows, width)}`;
}

function verdict({ met, loss }: TriedReport, maxDrop: number): string {
  if (met) return 'met';
  return loss.points <= maxDrop ? 'too many arrays' : 'missed';
}

function blame(
  { integers, tried: mappings }: TuneReport,
  { mapping, entries, largest, later }: NonNullable<TuneReport['blame']>,
): string {
  const { noise } = mappings[mapping - 1]!;
  const ofAll = (share: number) => `${((100 * share) / noise).toFixed(0)} %`;
  const rows = [
    ...entries.map(({ error, how, share, gain, ...entry }) => [
      how === 'alone' ? `only ${error}, no chip` : `without ${error}`,
      ...lossTexts(entry),
      gain ? points(gain.points) : '',
      gain ? interval(gain) : '',
      ofAll(share.value),
      `${ofAll(share.low)} to ${ofAll(share.high)}`,
    ]),
    ['only integers, no chip', ...lossTexts(integers), '', '', '', ''],
  ];
  const columns = [
    ...texts(''),
    ...numbers('loss'),
    ...texts('95 %'),
    ...numbers('output SNR', 'gained'),
    ...texts('95 %'),
    ...numbers('of the error'),
    ...texts('95 %'),
  ];
  const found = largest
    ? `most by ${largest}`
    : 'no single error stands out, since the interval of each holds 0';
  const silent =
    later.length > 0 ? [`Read right after programming, so without ${later.join(', ')}: --at TIME`] : [];
  return [
    `Where mapping ${mapping} loses it, one error away at a time on the same chips and images: ${found}`,
    ...silent,
    formatTable(columns, rows),
  ].join('\n');
}

function conclusion(report: TuneReport): string {
  const { chosen, best, tried: mappings, heldOut, maxDrop, data, work, stopped, duration } = report;
  const { loss, arrays, conversions, digital, otherChips } = mappings[(chosen ?? best) - 1]!;
  const kept =
    digital > 0 ? `, with ${formatShare(digital)} of the multiplications digital, corrections included` : '';
  const takes = `${counted(arrays, 'array')}, ${counted(conversions, 'conversion')}${kept}`;
  const sure = otherChips ? ', on other chips too' : '';
  return [
    ...(stopped ? ['Time was over before all was measured: what follows is about what was.'] : []),
    chosen === undefined
      ? `No mapping that was tried meets the bound. Mapping ${best} loses least: ${takes}.`
      : `Mapping ${chosen} is the cheapest of those that meet the bound${sure}: ${takes}.`,
    `tuned on  ${points(loss.points)} points lost (95 % ${interval(loss)}): optimistic, since it was chosen by these images`,
    `held out  ${points(heldOut.loss.points)} points lost (95 % ${interval(heldOut.loss)}), on other images and other chips${heldOut.loss.points > maxDrop ? ': MORE THAN THE BOUND' : ''}`,
    ...tooFew(report.verdict, data.heldOut, maxDrop),
    `${counted(work.mappings, 'mapping')} compiled, ${counted(work.chips, 'chip')} run, ${counted(work.images, 'image')} simulated, ${duration.toFixed(0)} s`,
    '',
  ].join('\n');
}

function tooFew({ side, needed }: TuneReport['verdict'], images: number, maxDrop: number): string[] {
  if (side !== 'undecided') return [];
  const more =
    needed === undefined
      ? 'none would while the loss is as large as the bound'
      : `about ${formatCount(needed)} would`;
  return [
    `${counted(images, 'image')} held out cannot tell whether it loses more than ${points(maxDrop)} points (one is ${points(100 / images)}): ${more}.`,
  ];
}

/** The loss, its interval, and the error of the outputs. */
function lossTexts({ loss, snrToFloat }: LossReport): string[] {
  return [points(loss.points), interval(loss), formatSnr(snrToFloat)];
}

const points = (value: number) => value.toFixed(2);

const interval = ({ low, high }: Loss) => `${points(low)} to ${points(high)}`;
