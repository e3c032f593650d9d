/** Parts of a report that are facts and tables: summary, utilization, cells, cost, effects, provenance. */

import { parts } from '../../cost/parts.ts';
import { formatQuantity } from '../../text/units.ts';
import { costFacts, partNames, passesFacts, waysOf } from '../cost-text.ts';
import { conductanceDrawings } from '../figures/cells.ts';
import { scoreOf } from '../figures/score.ts';
import { utilizationDrawing } from '../figures/utilization.ts';
import { counted, formatArea, formatCount, formatShare } from '../number.ts';
import type { ReportContent } from './content.ts';
import { htmlDrawing } from './drawing.ts';
import { type Cell, escaped, type Fact, factList, htmlTable } from './html.ts';

const whole = (value: number): Cell => ({ text: formatCount(value), value });
const share = (value: number): Cell => ({ text: formatShare(value), value });

export function htmlSummary(content: ReportContent): string {
  const { manifest, target, look, chip, verified } = content;
  const { summary, model } = manifest;
  const { converters } = look.layers[0]!;
  const accuracies = verified.map(({ path, report }): Fact => {
    const score = scoreOf(report);
    const chips = score?.spread(report.mapped);
    const text = (value: number | undefined) =>
      value === undefined
        ? 'none'
        : `${Number(value.toFixed(2))}${score!.axis.unit && ` ${score!.axis.unit}`}`;
    const of = score
      ? `${score.axis.name}: ${text(score.of(report.float))} in floating point, ${text(score.of(report.ideal))} in integers, ${text(chips?.mean)} on ${counted(report.trials.length, 'chip')}`
      : `no score; ${counted(report.trials.length, 'chip')}`;
    return ['accuracy', `${of}; ${counted(report.data.images, 'image')} (${path})`];
  });
  return factList([
    ['model', model.file],
    ['target', `${target.name}: ${target.title}`],
    ...accuracies,
    [
      'network',
      `${counted(summary.layers.length, 'layer')} on crossbars, ${counted(summary.weights, 'weight')} in ${formatCount(summary.cells)} cells`,
    ],
    [
      'arrays',
      `${counted(summary.arrays, 'array')} on ${counted(summary.chips, 'chip')}, of whose cells ${formatShare(summary.utilization)} hold a weight`,
    ],
    ['converters', `${converters.bits} bits, one per ${converters.convert}`],
    [
      'an inference',
      `${formatCount(summary.mvms)} products, ${formatCount(summary.conversions)} conversions, ${formatQuantity(summary.conversionEnergy, 'J')} and ${formatQuantity(summary.conversionTime, 's')} of conversions`,
    ],
    ['chip', chip ? `${chip.folder}, seed ${chip.chip.seed}` : 'none was given (--chip)'],
  ]);
}

export function htmlUtilization({ manifest, look }: ReportContent): string {
  const { layers } = manifest.summary;
  return `${htmlDrawing(utilizationDrawing(look.arrays))}
${htmlTable({
  caption: 'Layers',
  columns: ['layer', 'shape', 'stored', 'slices', 'copies', 'blocks', 'arrays', 'cells that hold a weight'],
  rows: layers.map((layer, i) => [
    look.layers[i]!.name,
    layer.shape,
    `${layer.encoding}${layer.residual ? ', residual' : ''}`,
    ...[layer.slices, layer.copies, layer.blocks, layer.arrays].map(whole),
    share(layer.utilization),
  ]),
})}
${htmlTable({
  caption: 'Arrays',
  columns: ['array', 'rows used', 'columns used', 'in blocks', 'cells formed', 'instructions', 'layers'],
  rows: look.arrays.map((array) => [
    { text: String(array.array), value: array.array },
    ...[array.rowsUsed, array.columnsUsed].map(whole),
    share(array.filled),
    whole(array.cellsFormed),
    whole(Object.values(array.instructions).reduce((sum, count) => sum + count, 0)),
    array.layers.join(', '),
  ]),
})}`;
}

export function htmlConductances({ cells, chip }: ReportContent): string {
  const drawings = conductanceDrawings(cells);
  if (drawings.length === 0)
    return '<p>No cell is told a level: circuits of the chip set conductances from hidden weights.</p>';
  const siemens = (value: number): Cell => ({ text: formatQuantity(value, 'S'), value });
  const layers = htmlTable({
    caption: 'Errors of programming by layer',
    columns: ['layer', 'cells told a level', 'mean error', 'deviation'],
    rows: cells.layers.map(({ layer, cells: count, mean, deviation }) => [
      layer,
      whole(count),
      siemens(mean),
      siemens(deviation),
    ]),
  });
  return `${drawings.map(htmlDrawing).join('\n')}
${chip ? layers : '<p>With --chip the page shows what cells of a chip came to, and their errors.</p>'}`;
}

export function htmlCost({ cost, manifest, look }: ReportContent): string {
  const { inference, area, assumed } = cost;
  const quantity = (value: number, unit: 's' | 'J'): Cell => ({ text: formatQuantity(value, unit), value });
  const passes =
    cost.passes === undefined
      ? ''
      : `${factList(passesFacts(cost.passes))}
${htmlTable({
  caption: 'Passes over the chip, and the other ways',
  columns: ['way', 'arrays', 'chips', 'products on arrays', 'energy of an inference', 'its time'],
  rows: waysOf(cost.passes).map(([name, { arrays, chips, onArrays, energy, time }]) => [
    name,
    whole(arrays),
    whole(chips),
    share(onArrays),
    quantity(energy, 'J'),
    quantity(time, 's'),
  ]),
})}`;
  return `${factList(costFacts(cost))}
${passes}
${htmlTable({
  caption: 'What parts of the chip take',
  columns: [
    'part',
    'energy of an inference',
    'share',
    'area of an array',
    'share of it',
    'rests on assumed values',
  ],
  rows: parts.map((part) => [
    partNames[part],
    quantity(inference.parts[part], 'J'),
    share(inference.parts[part] / inference.energy),
    { text: formatArea(area.parts[part]), value: area.parts[part] },
    share(area.parts[part] / area.perArray),
    (['energy', 'area'] as const).filter((figure) => assumed[figure].includes(part)).join(', '),
  ]),
})}
${htmlTable({
  caption: 'What layers take',
  columns: ['layer', 'arrays', 'products', 'energy', 'share', 'time', 'drives', 'conversions', 'to program'],
  rows: cost.layers.map(({ arrays, macs, energy, time, programming }, i) => [
    look.layers[i]!.name,
    whole(arrays),
    whole(macs),
    quantity(energy, 'J'),
    share(energy / inference.energy),
    quantity(time, 's'),
    whole(manifest.summary.layers[i]!.drives),
    whole(manifest.summary.layers[i]!.conversions),
    quantity(programming.energy, 'J'),
  ]),
})}`;
}

export function htmlEffects({ effects, notModelled, manifest, verified }: ReportContent): string {
  const of = verified[0]?.report;
  const { provenance } = manifest.target;
  const assumed = provenance.filter(({ from }) => from === 'assumed' || from === 'override');
  return `<p>${of ? `As ${escaped(verified[0]!.path)} had them.` : 'As the target has them; digital calibration is fitted when a chip is programmed.'}</p>
${htmlTable({
  caption: 'Effects',
  columns: ['effect', 'simulated', 'law', 'parameters'],
  rows: (of?.effects ?? effects).map(({ name, applied, law, parameters }) => [
    name,
    applied ? 'yes' : 'no',
    law,
    Object.entries(parameters)
      .map(([field, text]) => `${field} = ${text}`)
      .join(', '),
  ]),
})}
<h3>Not modelled</h3>
<ul>${(of?.notModelled ?? notModelled).map((text) => `<li>${escaped(text)}</li>`).join('')}</ul>
${
  assumed.length > 0
    ? htmlTable({
        caption: `Assumed values: ${assumed.length} of ${provenance.length}`,
        columns: ['field', 'value', 'from', 'why'],
        rows: assumed.map(({ field, text, from, source }) => [
          field,
          text,
          from === 'override' ? '--set' : from,
          source,
        ]),
      })
    : `<p>None of the ${provenance.length} values of the target is assumed.</p>`
}`;
}
