/** What a tuning knows of classes of layers, and of mappings that it expects something of -> tables. */
import type { ClassReport, FrontReport, TuneReport } from '../tune/report.ts';
import { formatCount, formatShare, formatSnr, shortenMiddle } from './number.ts';
import { formatTable, numbers, texts } from './table.ts';

const nameWidth = 36;

/** What every class takes: nothing is said of those that are as given. */
export function formsText(forms: FrontReport['forms']): string {
  const changed = Object.entries(forms).filter(([, form]) => form !== 'as given');
  return changed.length === 0 ? 'as given' : changed.map(([name, form]) => `${name}: ${form}`).join('; ');
}

export function classTable({ sensitivity, classes, chosen, best }: TuneReport): string {
  const columns = [
    ...texts('class'),
    ...numbers('layers', 'MACs', 'arrays', 'SNR', 'of the error'),
    ...texts('worst layer'),
    ...numbers('SNR', 'changed'),
    ...texts(`taken in mapping ${chosen ?? best}`),
  ];
  const rows = classes.map(({ class: name, layers, multiplications, error, forms, taken }) => {
    const [given] = forms;
    const worst = sensitivity.layers.filter((layer) => layer.class === name).reduce(worseOf);
    return [
      name,
      formatCount(layers),
      formatShare(multiplications),
      given!.arrays.toFixed(1),
      formatSnr(given!.snr),
      `${(100 * error).toFixed(0)} %`,
      shortenMiddle(worst.names.join(', '), nameWidth),
      formatSnr(worst.snr),
      formatCount(worst.changed),
      takenText(taken, forms),
    ];
  });
  return [
    `Each layer as given alone on a chip, the rest in floating point: SNR of the network's scores; images that change class, of ${formatCount(sensitivity.images)}`,
    formatTable(columns, rows),
  ].join('\n');
}

type Layer = TuneReport['sensitivity']['layers'][number];

const worseOf = (a: Layer, b: Layer): Layer => (ranked(b) < ranked(a) ? b : a);

function ranked({ snr }: Layer): number {
  if (typeof snr === 'number') return snr;
  return snr === 'equal' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** Such as `4 copies (9.1 arrays, expected 16.4 dB)`. */
function takenText(taken: string, forms: ClassReport['forms']): string {
  const form = forms.find(({ name }) => name === taken)!;
  if (form === forms[0]) return taken;
  return `${taken} (${form.arrays.toFixed(1)} arrays, expected ${formatSnr(form.snr)})`;
}

export function frontTable({ front, tried, chosen, offset }: TuneReport, width: number): string {
  const columns = [
    ...numbers('arrays', 'conversions', 'digital'),
    ...texts('expected SNR'),
    ...numbers('loss', 'measured'),
    ...texts('95 %'),
    ...numbers('mapping'),
    ...texts('forms'),
  ];
  const rows = front.map(({ forms, arrays, conversions, digital, expected, mapping }) => {
    const measured = mapping === undefined ? undefined : tried[mapping - 1]!;
    return [
      formatCount(measured?.arrays ?? arrays),
      formatCount(measured?.conversions ?? conversions),
      formatShare(digital),
      formatSnr(expected.snr),
      expected.loss.toFixed(1),
      measured ? measured.loss.points.toFixed(2) : '',
      measured ? `${measured.loss.low.toFixed(2)} to ${measured.loss.high.toFixed(2)}` : '',
      mapping === undefined ? '' : `${mapping}${mapping === chosen ? '*' : ''}`,
      formsText(forms),
    ];
  });
  return [
    `Arrays against loss: the SNR and the points that are expected (${offsetText(offset)}), and the points that were measured`,
    formatTable(columns, rows, width),
  ].join('\n');
}

function offsetText(offset: number): string {
  const by = Math.abs(offset);
  if (by < 0.05) return 'whole mappings err as their layers do together';
  return `whole mappings err ${by.toFixed(1)} dB ${offset > 0 ? 'more' : 'less'} than their layers together`;
}
