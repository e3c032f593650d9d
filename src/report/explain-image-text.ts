/** One followed image -> text: what each model answers, and what every layer makes of it on the chip. */
import type { ClassScore, ImageReport } from '../explain/image-report.ts';
import { formatTime } from '../text/time.ts';
import { formatSnr, shortenMiddle } from './number.ts';
import { formatTable, numbers, texts } from './table.ts';

export function formatImage(report: ImageReport): string {
  return [header(report), answers(report), layerTable(report), verdict(report)].join('\n');
}

function header({ model, package: { folder }, target, data, image, seed, at, compensated }: ImageReport) {
  const overrides = target.overrides.length > 0 ? ` with ${target.overrides.join(', ')}` : '';
  const read = at > 0 ? `, read ${formatTime(at)} after programming (compensation: ${compensated})` : '';
  const label = image.label ? `, labelled ${classText(image.label)}` : '';
  return [
    `One image through ${folder}: ${model.file} on ${target.name}${overrides}`,
    `image  ${image.number} of ${data.name}: ${image.id}${label}`,
    `chip   seed ${seed}${read}`,
    '',
  ].join('\n');
}

/** The best classes with their scores, one column per model. */
function answers({ float, integers, chip }: ImageReport): string {
  const columns = texts('floating point', 'integers, no chip', 'chip');
  const rows = float.map((_, rank) =>
    [float, integers, chip].map((best) => `${classText(best[rank]!)} ${score(best[rank]!)}`),
  );
  return `Best classes with their scores\n${formatTable(columns, rows)}`;
}

function layerTable({ layers, integers }: ImageReport): string {
  const wanted = integers[0]!.class;
  const columns = [...texts('layer'), ...numbers('SNR', 'own SNR'), ...texts('answer with layers up to it')];
  const rows = layers.map(({ layer, snr, own, answer }) => [
    shortenMiddle(layer, 40),
    formatSnr(snr),
    formatSnr(own),
    answer === wanted ? 'as in integers' : `class ${answer}`,
  ]);
  return `Layers on the chip, against integers; those after each stay in integers\n${formatTable(columns, rows)}`;
}

function verdict({ layers, integers, image, first, back, duration }: ImageReport): string {
  const [{ class: wanted }] = integers as [ClassScore];
  const wrong = image.label !== undefined && image.label.class !== wanted;
  const names = (numbers: readonly number[]) => numbers.map((layer) => layers[layer]!.layer).join(', ');
  const lines = [
    ...(wrong ? ['The answer is wrong before any chip: integers give another class than the label.'] : []),
    first === undefined
      ? 'The chip answers as integers do, whichever layers are on it.'
      : `The answer changes first with the layers up to ${layers[first]!.layer} on the chip.`,
    ...(back.length > 0
      ? [`It does not change once for all: it is as in integers again with those up to ${names(back)}.`]
      : []),
    `This took ${formatTime(Math.round(duration))}.`,
  ];
  return `${lines.join('\n')}\n`;
}

const classText = ({ class: number, name }: Pick<ClassScore, 'class' | 'name'>) =>
  name === undefined ? `class ${number}` : `${number} (${shortenMiddle(name, 24)})`;

const score = (one: ClassScore) => Number(one.score.toPrecision(4));
