/** What a package costs -> text: layers, parts, and the whole. What rests on values that no source states is marked `(assumed)`. */
import type { Balance } from '../cost/balance.ts';
import type { Cost, Efficiency } from '../cost/cost.ts';
import { type Part, parts } from '../cost/parts.ts';
import type { PassesCost, Way } from '../cost/passes.ts';
import { sumOf } from '../math/sum.ts';
import { formatQuantity } from '../text/units.ts';
import { counted, formatArea, formatBytes, formatCount, formatShare } from './number.ts';
import { type Fact, formatFacts, formatTable, numbers, texts } from './table.ts';

/** Digital nodes that are named. */
const nodesListed = 3;

export const partNames: Readonly<Record<Part, string>> = {
  drivers: 'drivers',
  cells: 'cells',
  sampleHold: 'sample and hold',
  converters: 'converters',
  shiftAdd: 'shift-and-add',
  registers: 'registers',
  buffers: 'buffers',
  interconnect: 'interconnect',
  digital: 'digital operators',
};

const joules = (value: number) => formatQuantity(value, 'J');
const seconds = (value: number) => formatQuantity(value, 's');
const mark = (assumed: boolean) => (assumed ? ' (assumed)' : '');

export function formatCost(cost: Cost): string {
  const { passes } = cost;
  const ways = passes ? `\n${formatPasses(passes)}` : '';
  return `${layersTable(cost)}\n${partsTable(cost)}\n${formatFacts(costFacts(cost))}${ways}`;
}

/** What passes take, beside the other ways. */
function formatPasses(cost: PassesCost): string {
  const rows = waysOf(cost).map(([name, { arrays, chips, onArrays, energy, time }]) => {
    const counts = [formatCount(arrays), formatCount(chips), formatShare(onArrays)];
    return [name, ...counts, joules(energy), seconds(time)];
  });
  const columns = [...texts('way'), ...numbers('arrays', 'chips', 'products on arrays', 'energy', 'time')];
  return `${formatTable(columns, rows)}\n${formatFacts(passesFacts(cost))}`;
}

/** The three ways to run the network, each with its name. */
export function waysOf({
  ways,
  each,
  batch,
  digitalLayers,
}: PassesCost): readonly (readonly [string, Way])[] {
  return [
    [`${each.length} passes, batches of ${formatCount(batch)}`, ways.passes],
    [`${counted(digitalLayers.length, 'layer')} digital`, ways.digital],
    ['enough chips', ways.enough],
  ];
}

/** What is written for every batch. */
export function passesFacts(cost: PassesCost): Fact[] {
  const { each, kept, writing, batch, waiting, batchForTenth, batches, digitalLayers } = cost;
  const { cells, energy, time, wear, written, arrays } = writing;
  const free = energy === 0 && time === 0;
  const worn = [
    ...(wear.memristor > 0 ? [`${formatCount(wear.memristor)} cycles of the memristor with the most`] : []),
    ...(wear.fecap > 0 ? [`${formatCount(wear.fecap)} of the FeCAP with the most`] : []),
  ];
  const from = written < arrays ? `, from ${written} of ${arrays} arrays` : '';
  return [
    [
      'passes',
      `${each.length} that write ${each.join(', ')} arrays, on the same ${arrays}; ${counted(kept, 'array')} ${kept === 1 ? 'stays' : 'stay'} as written`,
    ],
    [
      'a batch',
      `${formatCount(cells)} cells written${free ? '; the target does not say what writing takes' : `, ${joules(energy)} and ${seconds(time)} one array after the other${from}`}; ${formatBytes(waiting)} wait between passes, whose memory is not counted`,
    ],
    ...(free
      ? []
      : [
          [
            'an inference',
            `${joules(energy / batch)} and ${seconds(time / batch)} of writing; from batches of ${formatCount(batchForTenth)} on it is a tenth of the time at most`,
          ] as const,
        ]),
    ...(worn.length > 0
      ? [
          [
            'wear',
            `${worn.join(', ')}, a batch${batches === undefined ? '; the target states no endurance' : `: ${formatCount(batches)} batches, ${formatCount(batches * batch)} inferences, until the endurance is used up`}`,
          ] as const,
        ]
      : []),
    ['digital', digitalLayers.join(', ')],
  ];
}

function layersTable({ layers, digital, inference }: Cost): string {
  const rows = layers.map(({ name, arrays, macs, energy, time, programming }) => [
    name,
    formatCount(arrays),
    formatCount(macs),
    joules(energy),
    formatShare(energy / inference.energy),
    seconds(time),
    joules(programming.energy),
  ]);
  const { nodes, operations, energy, time } = digital;
  const named = nodes.slice(0, nodesListed).map((node) => node.name);
  const others = nodes.length - named.length;
  const name = `digital: ${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
  const rest =
    nodes.length === 0
      ? []
      : [
          [
            name,
            '',
            `${formatCount(operations)} op`,
            joules(energy),
            formatShare(energy / inference.energy),
            seconds(time),
            '',
          ],
        ];
  const columns = [
    ...texts('layer'),
    ...numbers('arrays', 'products', 'energy', 'share', 'time', 'to program'),
  ];
  return formatTable(columns, [...rows, ...rest]);
}

function partsTable({ inference, area, assumed }: Cost): string {
  const assumedOf = (part: Part) => {
    const figures = (['energy', 'area'] as const).filter((figure) => assumed[figure].includes(part));
    return figures.length > 0 ? `(assumed: ${figures.join(', ')})` : '';
  };
  const rows = parts.map((part) => [
    partNames[part],
    joules(inference.parts[part]),
    formatShare(inference.parts[part] / inference.energy),
    formatArea(area.parts[part]),
    formatShare(area.parts[part] / area.perArray),
    assumedOf(part),
  ]);
  const transfer =
    area.transfer > 0
      ? [
          [
            'FeCAPs and transfer',
            '',
            '',
            formatArea(area.transfer),
            formatShare(area.transfer / area.perArray),
            '',
          ],
        ]
      : [];
  const columns = [
    ...texts('part'),
    ...numbers('energy', 'share', 'area of an array', 'share'),
    ...texts(''),
  ];
  return formatTable(columns, [...rows, ...transfer]);
}

/** The whole of it. */
export function costFacts({
  circuits,
  layers,
  inference,
  area,
  programming,
  efficiency,
  assumed,
  passes,
}: Cost): Fact[] {
  const { latency, pipelined, interval, energy, macs } = inference;
  const { weightBits, inputBits } = efficiency;
  const ofEnergy = mark(assumed.energy.length > 0);
  const ofArea = mark(assumed.area.length > 0);
  const ofTime = mark(assumed.time);
  const ofAll = mark(assumed.energy.length + assumed.area.length > 0 || assumed.time);
  const arrays = passes ? sumOf([passes.kept, ...passes.each]) : area.arrays;
  const fresh = passes ? ', those of every pass on fresh cells' : '';
  const programmed =
    programming.programmed < arrays ? `, from ${programming.programmed} of ${arrays} arrays` : '';
  const lent = assumed.fields.some((field) => field.startsWith(`${circuits}: `));
  const free = programming.energy === 0 && programming.time === 0;
  const spent = Object.entries(programming.parts)
    .filter(([, { energy: own }]) => own > 0)
    .sort(([, a], [, b]) => b.energy - a.energy)
    .map(([component, { energy: own }]) => `${component} ${joules(own)}`);
  return [
    ['circuits', `those of ${circuits}${lent ? ', where the target states none' : ''}`],
    [
      'inference',
      `${joules(energy)} for ${formatCount(macs)} products of ${counted(layers.length, 'layer')}${ofEnergy}`,
    ],
    [
      'latency',
      `${seconds(latency)} where each layer begins when all of its inputs are there, ${seconds(pipelined)} where it does with the first of them${ofTime}`,
    ],
    [
      'throughput',
      `${rateText(1 / latency)} one inference after the other; ${rateText(1 / interval)} where layers work on several inferences, one every ${seconds(interval)}${ofTime}`,
    ],
    [
      'area',
      `${formatArea(area.used)} of ${counted(area.arrays, 'array')}; ${counted(area.chips, 'chip')} of ${formatArea(area.whole / area.chips)}${ofArea}`,
    ],
    [
      'programming',
      free
        ? 'nothing: the target does not say what writing its cells takes'
        : `${joules(programming.energy)}, ${seconds(programming.time)} one array after the other${fresh}${programmed}${spent.length > 0 ? `: ${spent.join(', ')}` : ''}${mark(assumed.programming)}`,
    ],
    ['network', `${efficiencyText(efficiency.network)}${ofAll}`],
    ['peak', `${efficiencyText(efficiency.peak)}, all arrays of a chip full and always at work${ofAll}`],
    [
      'an operation',
      `half a product of a weight of ${weightBits} bits and an input of ${inputBits}; counted bit by bit there are ${weightBits * inputBits} times as many`,
    ],
    ...(assumed.fields.length > 0 ? [['assumed', assumed.fields.join(', ')] as const] : []),
  ];
}

/** Inferences per second. */
const rateText = (rate: number) => `${Number(rate.toPrecision(3)).toLocaleString('en-US')} a second`;

const tera = (value: number) => Number((value / 1e12).toPrecision(3));

function efficiencyText({ rate, perJoule, perArea }: Efficiency): string {
  return `${tera(rate)} TOPS, ${tera(perJoule)} TOPS/W, ${tera(perArea / 1e6)} TOPS/mm2`;
}

/** @param options file that has them */
export function formatBalance({ arrays, interval, replicas }: Balance, options: string | undefined): string {
  if (replicas.length === 0) return 'no replica of the slowest layer fits\n';
  const named = replicas.map(({ name, replicas: count }) => `${name} ${count} times`);
  return formatFacts([
    [
      'replicas',
      `${named.join(', ')}: the slowest layer takes ${seconds(interval)} then, on at most ${counted(arrays, 'array')}`,
    ],
    ...(options === undefined ? [] : [['options', `${options}, for crossloom compile`] as const]),
  ]);
}
