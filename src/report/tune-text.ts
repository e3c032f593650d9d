/** A tuning report -> text: what loses accuracy, what was tried, and why one mapping was chosen. */
import type { Blame } from '../tune/blame.ts';
import type { Loss, LossReport, MappingReport } from '../tune/loss.ts';
import type { LayerReport, TriedReport, TuneReport } from '../tune/report.ts';
import { remedyName } from '../tune/wire-remedies.ts';
import { counted, formatCount, formatShare, formatSnr, shortenMiddle } from './number.ts';
import { formatTable, numbers, texts } from './table.ts';

const nameWidth = 40;

/** @param width characters per line, where it is known: lists of layers are broken to fit */
export function formatTuning(report: TuneReport, width = 160): string {
  const { wires, best, integers, remaining } = report;
  return [
    header(report),
    wires && remedies(wires),
    layers(report),
    tried(report, width),
    report.blame && blame('Where mapping 1 loses it', integers, report.blame),
    remaining &&
      remaining !== report.blame &&
      blame(`Where mapping ${best} still loses it`, integers, remaining),
    conclusion(report),
  ]
    .filter(Boolean)
    .join('\n');
}

function header({ model, target, data, trials, seed, float, maxDrop, maxDigital }: TuneReport): string {
  const overrides = target.overrides.length > 0 ? ` with ${target.overrides.join(', ')}` : '';
  const left = data.calibration > 0 ? `; ${counted(data.calibration, 'calibration sample')} left out` : '';
  return [
    `Tuning of ${model.file} for ${target.name}${overrides}`,
    `bound     ${points(maxDrop)} points of top-1 lost at most, ${maxDigital} % of the multiplications digital at most`,
    `data      ${data.name}: ${counted(data.tuning, 'image')} to tune on, ${formatCount(data.heldOut)} held out${left}`,
    `chips     ${formatCount(trials)} per mapping (from seed ${seed})`,
    `float     ${float.toFixed(2)} % top-1 on the images to tune on`,
    '',
  ].join('\n');
}

function remedies({ tried, without, taken }: NonNullable<TuneReport['wires']>): string {
  const columns = [
    ...texts(''),
    ...numbers('arrays', 'conversions', 'loss'),
    ...texts('95 %'),
    ...numbers('SNR'),
    ...texts('bound'),
  ];
  const rowOf = (name: string, measured: MappingReport, bound: string) => [
    name,
    formatCount(measured.arrays),
    formatCount(measured.conversions),
    ...lossTexts(measured),
    bound,
  ];
  const rows = tried.map((one) =>
    rowOf(remedyName(one.remedy) || 'as given', one, one.met ? 'met' : 'missed'),
  );
  if (without) rows.splice(1, 0, rowOf('as given, without wires', without, ''));
  return [
    `Against the wires, all layers as given: ${remedyName(taken) || 'nothing'} is taken, and tuned from there`,
    formatTable(columns, rows),
  ].join('\n');
}

function layers({ sensitivity, chosen, best }: TuneReport): string {
  const names = [...new Set(sensitivity.layers.flatMap((l) => l.variants.map((v) => v.variant)))];
  const columns = [
    ...texts('layer'),
    ...numbers('MACs', ...names),
    ...texts(`taken in mapping ${chosen ?? best}`),
  ];
  const rows = sensitivity.layers.map((layer) => [
    shortenMiddle(layer.names.join(', '), nameWidth),
    formatShare(layer.multiplications),
    ...names.map((name) => alone(layer, name)),
    layer.taken,
  ]);
  return [
    `Each layer alone on a chip, the rest in floating point: output SNR in dB, and how many of ${counted(sensitivity.images, 'image')} change class`,
    formatTable(columns, rows),
  ].join('\n');
}

function alone(layer: LayerReport, name: string): string {
  const found = layer.variants.find(({ variant }) => variant === name);
  if (!found) return '-';
  const snr = typeof found.snr === 'number' ? found.snr.toFixed(1) : found.snr;
  return found.changed > 0 ? `${snr} (${found.changed})` : snr;
}

function tried({ tried: mappings, chosen, maxDrop }: TuneReport, width: number): string {
  const columns = [
    ...numbers(''),
    ...texts('mapping'),
    ...numbers('arrays', 'conversions', 'digital', 'loss'),
    ...texts('95 %', 'SNR', 'bound', 'other chips', 'layers'),
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
    Object.entries(mapping.layers)
      .map(([name, count]) => `${count} ${name}`)
      .join('; '),
  ]);
  return `Mappings that were tried\n${formatTable(columns, rows, width)}`;
}

function verdict({ met, loss }: TriedReport, maxDrop: number): string {
  if (met) return 'met';
  return loss.points <= maxDrop ? 'too many arrays' : 'missed';
}

function blame(title: string, integers: TuneReport['integers'], { entries, largest }: Blame): string {
  const rows = [
    ...entries.map((entry) => [entry.what, ...lossTexts(entry)]),
    ['only integers, no chip', ...lossTexts(integers)],
  ];
  const columns = [...texts(''), ...numbers('loss'), ...texts('95 %'), ...numbers('output SNR')];
  return `${title}: ${largest} costs most\n${formatTable(columns, rows)}`;
}

function conclusion(report: TuneReport): string {
  const { chosen, best, tried: mappings, heldOut, maxDrop, data, work, duration } = report;
  const took = `${counted(work.mappings, 'mapping')} compiled, ${counted(work.chips, 'chip')} programmed, ${counted(work.images, 'image')} simulated, ${duration.toFixed(0)} s`;
  if (chosen === undefined || !heldOut) {
    const { loss } = mappings[best - 1]!;
    return `No mapping that was tried meets the bound. Mapping ${best} loses least: ${points(loss.points)} points (95 % ${interval(loss)}).\n${took}\n`;
  }
  const { loss, arrays, conversions, digital } = mappings[chosen - 1]!;
  const kept = digital > 0 ? `, with ${formatShare(digital)} of the multiplications digital` : '';
  const unsure =
    heldOut.loss.low <= maxDrop && heldOut.loss.high > maxDrop
      ? [
          `The interval holds less and more than ${points(maxDrop)} points: ${counted(data.heldOut, 'image')} are too few to tell (one is ${points(100 / data.heldOut)} points).`,
        ]
      : [];
  return [
    `Mapping ${chosen} is the cheapest of those that meet the bound, on other chips too: ${counted(arrays, 'array')}, ${counted(conversions, 'conversion')}${kept}.`,
    `tuned on  ${points(loss.points)} points lost (95 % ${interval(loss)}): optimistic, since it was chosen by these images`,
    `held out  ${points(heldOut.loss.points)} points lost (95 % ${interval(heldOut.loss)}), on other images and other chips${heldOut.loss.points > maxDrop ? ': MORE THAN THE BOUND' : ''}`,
    ...unsure,
    took,
    '',
  ].join('\n');
}

/** The loss, its interval, and the error of the outputs. */
function lossTexts({ loss, snrToFloat }: LossReport): string[] {
  return [points(loss.points), interval(loss), formatSnr(snrToFloat)];
}

const points = (value: number) => value.toFixed(2);

const interval = ({ low, high }: Loss) => `${points(low)} to ${points(high)}`;
