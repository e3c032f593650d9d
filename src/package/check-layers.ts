/**
 * The crossbar nodes of a package against its target and each other: whatever the hashes say, tables are as long as their
 * layer asks for, numbers are numbers, and blocks lie on arrays that exist, none on another.
 */
import type { Placement } from '../ir/cells.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { volumeOf } from '../ir/graph.ts';
import { blockColumns, blockRows, blockWeightColumns, lengthOf } from '../ir/mapping.ts';
import { isOf, runsOf } from '../ir/passes.ts';
import type { MappingSummary } from '../ir/summary.ts';
import { placementsOf } from '../ir/tiles.ts';
import { sumOf } from '../math/sum.ts';
import type { Target } from '../target/target.ts';
import { overlapIn, type Rectangle } from './overlap.ts';

/** @returns what is wrong, each with its layer */
export function problemsOfLayers(
  layers: readonly CrossbarLayer[],
  target: Target,
  { arrays, passes }: Pick<MappingSummary, 'arrays' | 'passes'>,
): string[] {
  const runs = passes && runsOf(passes);
  if (runs && sumOf(runs.map((run) => run.arrays)) !== arrays)
    return [`its passes do not have ${arrays} arrays together`];
  const outputs = new Set(layers.map(({ output }) => output));
  const problems = layers.flatMap((layer) => {
    const on = runs?.filter((run) => layer.tiles.some(({ array }) => isOf(run, array))) ?? [];
    const apart = on.length > 1 ? ['it lies in two passes'] : [];
    const own = [...problemsOf(layer, target, arrays), ...apart];
    return own.map((problem) => `layer '${layer.output}': ${problem}`);
  });
  if (outputs.size < layers.length) problems.push('two layers have the same output');
  return problems.length > 0 ? problems : overlaps(layers, target);
}

const isFiniteTable = (table: ArrayLike<number>) => Array.prototype.every.call(table, Number.isFinite);

function problemsOf(layer: CrossbarLayer, target: Target, arrays: number): string[] {
  const { groups, rows, columns, quantization } = layer;
  const { slices, copies, digitsPerOne, repeats } = layer;
  const sizes = { groups, rows, columns, slices, copies, digits_per_one: digitsPerOne, repeats };
  const wrongSize = Object.entries(sizes).find(([, size]) => !(size >= 1 && size < 2 ** 31));
  if (wrongSize) return [`${wrongSize[0]} is ${wrongSize[1]}`];
  const outputs = groups * columns;
  const { scale, zero, bits } = quantization;
  const { driver, adc } = target;
  const given = [
    ['driver_bits', layer.driverBits, driver.bits],
    ['adc_bits', layer.adcBits, adc.bits],
    ['convert', layer.convert, adc.convert],
    ['scales', layer.scales.length, outputs],
    ['column_sums', layer.columnSums.length, outputs],
    ['bias', layer.bias.length, outputs],
  ] as const;
  const problems = given
    .filter(([, own, wanted]) => own !== wanted)
    .map(([name, own, wanted]) =>
      typeof own === 'number'
        ? `${name}: ${own}, and ${wanted} are expected`
        : `${name} is ${own}, and the target's ${wanted}`,
    );
  const rules: readonly (readonly [holds: boolean, problem: string])[] = [
    [scale > 0 && Number.isFinite(scale), `input_scale is ${scale}`],
    [bits >= 4 && bits <= 16, `input_bits is ${bits}`],
    [zero >= 0 && zero < 2 ** bits, `input_zero is ${zero}`],
    [layer.digitStep > 0 && Number.isFinite(layer.digitStep), `digit_step is ${layer.digitStep}`],
    [layer.radix >= 2 && layer.radix < 2 ** 17, `radix is ${layer.radix}`],
    [slices <= 16 && copies <= 16, 'it has more than 16 slices or copies'],
    [
      digitsPerOne === copies || (slices === 1 && digitsPerOne < copies),
      `digits_per_one is ${digitsPerOne}, of ${copies} copies and ${slices} slices`,
    ],
    [isFiniteTable(layer.scales) && isFiniteTable(layer.bias), 'scales or bias hold what is no number'],
    [
      layer.converterStep.every((step) => step > 0 && Number.isFinite(step)),
      'a converter step is not above 0',
    ],
    [layer.tiles.length > 0, 'it has no tiles'],
    [!layer.columnPlaces === !layer.columnSigns, 'places and signs of columns belong together'],
    ...geometryRules(layer),
  ];
  problems.push(...rules.filter(([holds]) => !holds).map(([, problem]) => problem));
  return problems.length > 0 ? problems : problemsOfTiles(layer, target, arrays);
}

function geometryRules({ geometry, rows }: CrossbarLayer): (readonly [holds: boolean, problem: string])[] {
  if (geometry.kind === 'matmul') return [];
  const { kernel, strides, dilations, pads } = geometry;
  const axes = kernel.length;
  const lists = strides.length === axes && dilations.length === axes && pads.length === 2 * axes;
  const positive = [...kernel, ...strides, ...dilations].every((size) => size >= 1 && size < 2 ** 31);
  return [
    [axes >= 1 && lists && positive && pads.every((pad) => pad >= 0), 'its geometry is none'],
    [rows % volumeOf(geometry) === 0, `${rows} rows are no multiple of its kernel`],
  ];
}

function problemsOfTiles(layer: CrossbarLayer, target: Target, arrays: number): string[] {
  const outside = layer.tiles.find((tile) => {
    const within = (start: number, end: number, size: number) => start >= 0 && start < end && end <= size;
    const parts = tile.slice >= 0 && tile.slice < layer.slices && tile.copy >= 0 && tile.copy < layer.copies;
    return !(
      within(tile.groupStart, tile.groupEnd, layer.groups) &&
      within(tile.rowStart, tile.rowEnd, layer.rows) &&
      within(tile.columnStart, tile.columnEnd, layer.columns) &&
      within(tile.array, tile.array + 1, arrays) &&
      parts &&
      tile.block >= 0
    );
  });
  if (outside) return [`block ${outside.block} is no part of it, or of none of the ${arrays} arrays`];
  const sizes = layer.tiles.map((tile) => ({
    groups: { start: tile.groupStart, end: tile.groupEnd },
    rows: { start: tile.rowStart, end: tile.rowEnd },
    columns: { start: tile.columnStart, end: tile.columnEnd },
    repeats: layer.repeats,
  }));
  const logical = sumOf(sizes.map(blockWeightColumns));
  const converters = logical * (layer.convert === 'pair' ? 1 : 2);
  const lengths: readonly (readonly [name: string, length: number | undefined, wanted: number])[] = [
    ['converter_zero', layer.converterZero.length, converters],
    ['converter_step', layer.converterStep.length, converters],
    ['column_places', layer.columnPlaces?.length, logical],
    ['column_signs', layer.columnSigns?.length, logical],
    ['row_places', layer.rowPlaces?.length, sumOf(sizes.map(blockRows))],
  ];
  const problems = lengths
    .filter(([, length, wanted]) => length !== undefined && length !== wanted)
    .map(([name, length, wanted]) => `${name}: ${length}, and ${wanted} are expected`);
  const weights = sumOf(
    sizes.map((size) => lengthOf(size.groups) * lengthOf(size.rows) * lengthOf(size.columns)),
  );
  const { groups, rows, columns, slices, copies } = layer;
  if (weights !== groups * rows * columns * slices * copies)
    problems.push('its blocks do not hold its weights once each');
  const ends = new Map<number, number>();
  for (const { rowStart, rowEnd } of layer.tiles) ends.set(rowStart, ends.get(rowStart) ?? rowEnd);
  if (layer.tiles.some(({ rowStart, rowEnd }) => ends.get(rowStart) !== rowEnd))
    problems.push('its blocks are cut differently');
  if (problems.length > 0) return problems;
  const { array } = target;
  return placementsOf(layer).flatMap((placement, index) => {
    const { block } = layer.tiles[index]!;
    const { row, column, height, width } = rectangleOf(placement, layer);
    const fits = row >= 0 && column >= 0 && row + height <= array.rows && column + width <= array.columns;
    return [
      ...(fits ? [] : [`block ${block} does not fit into its array`]),
      ...(isOrder(placement.rowPlaces, height) ? [] : [`row_places of block ${block} are no order`]),
      ...(isOrder(placement.places?.place, array.columns)
        ? []
        : [`column_places of block ${block} are no order`]),
    ];
  });
}

/** Whether places are different ones below `end`. */
function isOrder(places: Int32Array | undefined, end: number): boolean {
  return (
    !places || (new Set(places).size === places.length && places.every((place) => place >= 0 && place < end))
  );
}

function rectangleOf(placement: Placement, { encoding }: CrossbarLayer): Rectangle {
  const { row, column, places } = placement;
  const logical = blockWeightColumns(placement);
  const used = places?.place.reduce((most, place) => Math.max(most, place + 1), logical) ?? logical;
  const width = blockColumns({ ...placement, spare: used - logical }, encoding);
  return { row, column, height: blockRows(placement), width };
}

/** Layers that share their weights name the same blocks; all others have cells of their own. */
function overlaps(layers: readonly CrossbarLayer[], { array }: Target): string[] {
  const blocks = new Map<number, string>();
  const byArray = new Map<number, Rectangle[]>();
  for (const layer of layers) {
    for (const [index, placement] of placementsOf(layer).entries()) {
      const { block } = layer.tiles[index]!;
      const rectangle = rectangleOf(placement, layer);
      const told = JSON.stringify([placement.array, rectangle, layer.encoding]);
      const before = blocks.get(block);
      if (before !== undefined && before !== told)
        return [`block ${block} is listed twice, in different places`];
      if (before !== undefined) continue;
      blocks.set(block, told);
      byArray.set(placement.array, [...(byArray.get(placement.array) ?? []), rectangle]);
    }
  }
  const wrong = [...byArray].find(([, own]) => overlapIn(own, array.columns));
  return wrong ? [`two blocks share cells of array ${wrong[0]}`] : [];
}
