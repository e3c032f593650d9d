/** An explanation -> text: what the accuracy is with all effects and with none, and what each effect costs. */
import type {
  Cost,
  EffectReport,
  ExplainReport,
  LayerError,
  Measured,
  WrongAnswers,
} from '../explain/report.ts';
import { formatTime } from '../text/time.ts';
import type { Loss } from '../tune/loss.ts';
import { counted, formatSnr, shortenMiddle } from './number.ts';
import { formatTable, numbers, texts } from './table.ts';

export function formatExplanation(report: ExplainReport): string {
  const { later } = report;
  const silent =
    later.length > 0 ? [`Read right after programming, so without ${later.join(', ')}: --at TIME`, ''] : [];
  return [
    header(report),
    ...silent,
    whole(report),
    effectTable(report),
    ...triedTable(report),
    ...layerTable(report),
    notes(report),
  ].join('\n');
}

/** What options against the largest causes came to. */
function triedTable({ tried = [], all, data }: ExplainReport): string[] {
  const came = tried.flatMap(({ came: own, ...named }) => (own ? [{ ...named, ...own }] : []));
  const fewer = came.some(({ images }) => images < data.images);
  const columns = [
    ...texts('against', 'option'),
    ...numbers('top-1', 'gain'),
    ...texts('95 %'),
    ...numbers('error less by'),
    ...texts('95 %'),
    ...numbers('arrays'),
    ...texts('', ...(fewer ? ['images'] : [])),
  ];
  const rows = came.map(({ effect, option, top1, cost, share, arrays, more, images }) => [
    effect,
    option,
    points(top1),
    points(cost.points),
    interval(cost),
    shareOf(share.value, all),
    `${shareOf(share.low, all)} to ${shareOf(share.high, all)}`,
    String(arrays),
    more === 0 ? '' : `${more > 0 ? '+' : ''}${more}`,
    ...(fewer ? [String(images)] : []),
  ]);
  const title =
    'Options of compile tried against the largest causes, on the same seeds and images: flags, or lines of an options file';
  const refused = tried.flatMap(({ option, effect, refused: why }) =>
    why ? [`Against ${effect}, ${option} is refused: ${why}\n`] : [],
  );
  return [...(rows.length > 0 ? [`${title}\n${formatTable(columns, rows)}`] : []), ...refused];
}

/** Layers that are shown: those that err most. */
const shown = 8;

function layerTable({ layers, wrong, data }: ExplainReport): string[] {
  if (!layers || !wrong) return [];
  const worst = layers
    .filter(({ own }) => own !== 'equal')
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, shown);
  const columns = [...texts('layer'), ...numbers('own SNR'), ...texts('errs most by'), ...numbers('alone')];
  const rows = worst.map(({ layer, own, cause }) => [
    shortenMiddle(layer, 30),
    formatSnr(own),
    cause?.effect ?? '',
    cause ? formatSnr(cause.own) : '',
  ]);
  const table = `What layers err by themselves with all effects, on ${counted(data.layerImages, 'image')}, from the worst on\n${formatTable(columns, rows)}`;
  return [...(rows.length > 0 ? [table] : []), wrongTable(wrong)];
}

function wrongTable({ images, followed, turned, layers }: WrongAnswers): string {
  if (images === 0) return 'The first chip gets no image wrong that integers get right.\n';
  const of = followed < images ? `, ${followed} of which were followed` : '';
  const again =
    turned > 0 ? `; ${counted(turned, 'answer')} came right behind a later layer and went wrong again` : '';
  const rows = layers.map((layer) => [shortenMiddle(layer.layer, 40), String(layer.images)]);
  const columns = [...texts('goes wrong first behind'), ...numbers('images')];
  return `The first chip gets ${counted(images, 'image')} wrong that integers get right${of}${again}\n${formatTable(columns, rows)}`;
}

/** What was left out or told in another way, and the time that it took. */
function notes({ effects, wires, tried, duration, data }: ExplainReport): string {
  const slight = effects.filter((effect) => effect.slight).map(({ effect }) => effect);
  const lines = [
    ...(slight.length > 0
      ? [
          `Not taken away, since alone they err less than a hundredth of what all err together: ${slight.join(', ')}`,
        ]
      : []),
    ...(effects.some(({ allBut }) => allBut && allBut.share.high < 0)
      ? [
          'Chips err more without an effect of a negative part: what it does and what others do cancel in part.',
        ]
      : []),
    ...(wires === 'told'
      ? ['Wires are solved for the chips with all effects; those of the others are told from these.']
      : []),
    ...(data.layerImages === 0 ? ['Layer by layer: --layers'] : []),
    ...(tried ? [] : ['Options that may help, tried: --try']),
    `This took ${formatTime(Math.round(duration))}.`,
  ];
  return `${lines.join('\n')}\n`;
}

function header({ model, package: { folder }, target, data, seeds, at, compensated }: ExplainReport): string {
  const overrides = target.overrides.length > 0 ? ` with ${target.overrides.join(', ')}` : '';
  const left = data.calibration > 0 ? `; ${counted(data.calibration, 'calibration sample')} left out` : '';
  const read = at > 0 ? `, read ${formatTime(at)} after programming (compensation: ${compensated})` : '';
  return [
    `What costs the accuracy of ${folder}: ${model.file} on ${target.name}${overrides}`,
    `data   ${data.name}: ${counted(data.images, 'image')}${left}; one image is ${points(100 / data.images)} points`,
    `chips  ${seeds.length} (from seed ${seeds[0]})${read}`,
    '',
  ].join('\n');
}

function whole({ float, integers, all, none }: ExplainReport): string {
  const columns = [...texts(''), ...numbers('top-1', 'lost'), ...texts('95 %'), ...numbers('SNR')];
  const row = (name: string, { top1, loss, snrToFloat }: Measured) => [
    name,
    points(top1),
    points(loss.points),
    interval(loss),
    formatSnr(snrToFloat),
  ];
  const rows = [
    ['floating point', points(float)],
    row('integers, no chip', integers),
    row('chips without any effect', none),
    row('chips with all effects', all),
  ];
  return formatTable(columns, rows);
}

function effectTable({ effects, all, data }: ExplainReport): string {
  const layered = effects.some(({ layers }) => layers);
  const fewer = effects.some((effect) => imagesOf(effect).some((images) => images < data.images));
  const columns = [
    ...texts('effect'),
    ...numbers('alone costs'),
    ...texts('95 %'),
    ...numbers('all but it', 'gain'),
    ...texts('95 %'),
    ...numbers('of the error'),
    ...texts('95 %', ...(fewer ? ['images'] : []), ...(layered ? ['weakest layer'] : [])),
  ];
  const ofAll = (share: number) => shareOf(share, all);
  const costTexts = (cost: Cost | undefined) =>
    cost ? [points(cost.cost.points), interval(cost.cost)] : ['', ''];
  const rows = effects.map((one) => {
    const { effect, alone, allBut, slight, layers = [] } = one;
    const { share } = (allBut ?? alone)!;
    return [
      allBut || slight ? effect : `${effect}, no chip`,
      ...costTexts(alone),
      allBut ? points(allBut.top1) : '',
      ...costTexts(allBut),
      ofAll(share.value),
      `${ofAll(share.low)} to ${ofAll(share.high)}`,
      ...(fewer ? [imagesOf(one).join(', ')] : []),
      ...(layered ? [weakest(layers)] : []),
    ];
  });
  return `Points of top-1 by effect, on the same chips and images, from what costs most alone on\n${formatTable(columns, rows)}`;
}

/** Images that it rests on alone, and taken away, where these are others. */
export const imagesOf = ({ alone, allBut }: EffectReport): readonly number[] => [
  ...new Set([alone, allBut].flatMap((cost) => (cost ? [cost.images] : []))),
];

/** The layer that errs most by itself; none where all give the values of integers. */
function weakest(layers: readonly LayerError[]): string {
  const [first] = layers.filter(({ own }) => own !== 'equal').toSorted((a, b) => rank(a) - rank(b));
  return first ? `${shortenMiddle(first.layer, 30)} ${formatSnr(first.own)}` : '';
}

/** Error energy in percent of what all effects err together. */
const shareOf = (share: number, { noise }: Measured): string =>
  noise > 0 ? `${Math.round((100 * share) / noise) + 0} %` : '';

const rank = ({ own }: LayerError): number => (typeof own === 'number' ? own : Number.NEGATIVE_INFINITY);

const points = (value: number) => value.toFixed(2);

const interval = ({ low, high }: Loss) => `${points(low)} to ${points(high)}`;
