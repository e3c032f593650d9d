/** What a compilation mapped -> the table at its end: a line per layer, then the totals. */

import type { Expected, RemedyEstimate } from '../ir/expected-signal.ts';
import { layerName } from '../ir/graph.ts';
import { remedyName } from '../ir/remedy-name.ts';
import type { LayerSummary, MappingSummary } from '../ir/summary.ts';
import { sumOf } from '../math/sum.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { printableLine } from '../text/printable.ts';
import { formatQuantity } from '../text/units.ts';
import { counted, formatBytes, formatCount, formatShare, shortenMiddle } from './number.ts';
import { formatTable, numbers, texts } from './table.ts';

/** Names are not shortened below this, so that they still tell layers apart (characters). */
const narrowestName = 16;

const columns = [
  ...texts('layer'),
  ...numbers('shape'),
  ...texts('rule'),
  ...numbers('slices', 'arrays', 'utilization', 'MVMs', 'conversions'),
];
/** Shown where the compiler chose it for some layer: what it chose, and why. */
const encodingColumn = texts('encoding');
/** Shown where anything errs: what is expected to be left of a layer's signal when it is read. */
const expectedColumn = numbers('expected');

/** `Conv with constant weights: 2-D, 3x3, depthwise, groups 96` as `Conv 2-D 3x3 depthwise`: the shape says the rest. */
function briefRule(rule: string): string {
  const [head = '', details = ''] = rule.split(';')[0]!.split(': ');
  const kept = details.split(', ').filter((part) => part !== '' && !/^groups | (rows|columns)$/.test(part));
  return [head.split(' ')[0], ...kept].join(' ');
}

/**
 * `2` slices, `2 x3` where each is stored 3 times, `2 x3 r` where they make up for each other's errors; `2 /7` in 7 rows each;
 * `1 +3` where 3 copies hold finer integers together.
 */
function partsText({ slices, copies, digitsPerOne, repeats, residual }: LayerSummary): string {
  const sign = digitsPerOne === undefined ? 'x' : '+';
  return `${slices}${copies === 1 ? '' : ` ${sign}${copies}`}${repeats === 1 ? '' : ` /${repeats}`}${residual ? ' r' : ''}`;
}

function encodingText({ encoding, encodingChoice }: LayerSummary): string {
  return encodingChoice ? `${encoding} (${encodingChoice.reason})` : encoding;
}

/**
 * One line per layer; the shape is rows x columns of its matrix, after the number of groups where it has several.
 * @param width characters per line; where the table is wider, the layers' names lose their middle
 */
export function formatLayers(summary: MappingSummary, width?: number): string {
  const chosen = summary.layers.some(({ encodingChoice }) => encodingChoice);
  const wired = summary.layers.some(({ expected }) => expected);
  const shown = [...columns, ...(wired ? expectedColumn : []), ...(chosen ? encodingColumn : [])];
  const rows = summary.layers.map((layer) => [
    printableLine(layerName(layer.origin)),
    layer.shape,
    `${briefRule(layer.rule)}${layer.uses > 1 ? `, ${layer.uses} uses` : ''}`,
    partsText(layer),
    formatCount(layer.arrays),
    formatShare(layer.utilization),
    formatCount(layer.mvms),
    formatCount(layer.conversions),
    ...(wired ? [layer.expected ? `${layer.expected.snr.toFixed(1)} dB` : ''] : []),
    ...(chosen ? [encodingText(layer)] : []),
  ]);
  const table = formatTable(shown, rows);
  const excess = width === undefined ? 0 : Math.max(...table.split('\n').map((l) => l.length)) - width;
  if (excess <= 0) return table;
  const longest = Math.max(...rows.map((row) => row[0]!.length));
  const room = Math.max(narrowestName, longest - excess);
  return formatTable(
    shown,
    rows.map(([name = '', ...rest]) => [shortenMiddle(name, room), ...rest]),
  );
}

/** Nodes named for their weights; the others are counted. */
const mostNamed = 8;

/**
 * How many weights stayed digital, where and why; '' where none did.
 * @param list the command that lists all nodes
 */
export function formatDigital({ digital, weights: mapped }: MappingSummary, list: string): string {
  if (digital.length === 0) return '';
  const total = sumOf(digital.map(({ weights }) => weights));
  const lines = digital
    .slice(0, mostNamed)
    .map(
      ({ origin, weights, reason }) =>
        `  ${printableLine(`${layerName(origin)} (${origin.op})`)}: ${counted(weights, 'weight')}, because ${reason}`,
    );
  const others = digital.length - lines.length;
  return [
    `${formatCount(total)} of ${counted(total + mapped, 'weight')} ${total === 1 ? 'stays' : 'stay'} digital, in ${counted(digital.length, 'node')}:`,
    ...lines,
    ...(others > 0 ? [`  and ${counted(others, 'node')} more, as \`${list}\` lists them`] : []),
    '',
  ].join('\n');
}

/** A chip with hidden planes is a number of synapses, each a column pair on one line. */
function synapsesText({ array, hidden }: Target): string {
  if (!hidden) return '';
  const perArray = array.rows * Math.floor(array.columns / 2);
  return ` of ${counted(perArray * array.arraysPerChip, 'synapse')}`;
}

/** The largest current that is over its limit, on the arrays that were looked at; '' where none is. */
export function formatOverLimit({ over, arrays }: Pick<Expected, 'over' | 'arrays'>): string {
  const [worst] = over.toSorted((a, b) => b.current - a.current);
  if (!worst) return '';
  const { line, current, limit } = worst;
  return `wires: a ${line} can be asked for ${formatQuantity(current, 'A')}, and its limit is ${formatQuantity(limit, 'A')}; lines of ${over.length} of ${counted(arrays, 'array')} that were looked at are over theirs\n`;
}

/** What was chosen for the wires, and what it is expected to leave. */
function wiresText({ wireChoice }: MappingSummary): string[] {
  if (!wireChoice) return [];
  const { taken, tried } = wireChoice;
  const bare = tried[0]!;
  const leaves = ({ snr }: RemedyEstimate) => `${snr.toFixed(1)} dB`;
  if (taken.remedy.wireCorrection === 'none')
    return [
      `wires: nothing is done about them; ${leaves(taken)} of signal over error expected a layer, ${taken.unwired.toFixed(1)} dB without wire resistance`,
    ];
  const over = taken.over > 0 ? '; no window and fill keep every line within its limit' : '';
  return [
    `wires: ${remedyName(taken.remedy)}; ${leaves(taken)} of signal over error expected a layer, where nothing done would leave ${leaves(bare)}, and wires without resistance ${taken.unwired.toFixed(1)} dB${over}`,
  ];
}

/** How layers take passes over the chip. */
function passesText({ passes }: MappingSummary): string[] {
  if (!passes) return [];
  const { kept, each, bytes } = passes;
  return [
    `${each.length} passes that write ${each.join(', ')} arrays, on the same ${Math.max(...each)} of the chip; ${counted(kept, 'array')} ${kept === 1 ? 'stays' : 'stay'} as written; ${formatBytes(bytes)} of an inference wait between passes`,
  ];
}

/** What storing digits more than once is expected to bring. */
function copiesText({ copiesWorth }: MappingSummary): string[] {
  if (!copiesWorth) return [];
  const { error, once, arrays, arraysOnce } = copiesWorth;
  return [
    `copies: errors of all layers are expected to add up to ${error.toFixed(2)} of their signals, where with every digit once they would to ${once.toFixed(2)}, in ${counted(arraysOnce, 'array')} instead of ${formatCount(arrays)}`,
  ];
}

/**
 * What the whole model needs: a few sentences, one a line.
 * @param show the command that shows the target
 */
export function formatTotals(summary: MappingSummary, loaded: LoadedTarget, show: string): string {
  const { target, provenance } = loaded;
  const assumed = provenance.filter(({ from }) => from === 'assumed');
  const isAssumed = assumed.some(({ field }) => field === 'adc.energy');
  const energy = formatQuantity(summary.conversionEnergy, 'J');
  return [
    `${counted(summary.layers.length, 'layer')}: ${counted(summary.weights, 'weight')} in ${counted(summary.cells, 'cell')}`,
    `${counted(summary.arrays, 'array')} of ${target.array.rows}x${target.array.columns} cells on ${counted(summary.chips, 'chip')}${synapsesText(target)}; ${formatShare(summary.utilization)} of their cells hold weights`,
    ...passesText(summary),
    `per inference: ${counted(summary.mvms, 'MVM')}, ${counted(summary.conversions, 'conversion')}, ${energy} for conversions${isAssumed ? ' (assumed: adc.energy)' : ''}`,
    ...wiresText(summary),
    ...copiesText(summary),
    `target ${target.name}: ${assumed.length} of ${counted(provenance.length, 'value')} are assumed, as \`${show}\` tells`,
    '',
  ].join('\n');
}
