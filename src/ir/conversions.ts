/**
 * How often a layer is driven, and the conversions of one drive: how many there are, and how many of them follow each other.
 * All arrays convert at once, and within an array all converters; one converter takes the columns (or pairs) that share it one
 * after the other; and blocks of one array that the same inputs do not drive are driven one after the other: those that lie below
 * each other, and those of other groups side by side on the same rows.
 */
import { sumOf } from '../math/sum.ts';
import type { Target } from '../target/target.ts';
import type { CalibrationRecord } from './calibration-record.ts';
import { codingOf, inputPlanes } from './input-planes.ts';
import { blockWeightColumns, type PlacedBlock, type SlicedLayer, wordlinesOf } from './mapping.ts';

/** Times that a layer's rows are driven for one input of the model: every plane of every position of all its uses. */
export function drivesOf(
  { uses, inputNumbers }: SlicedLayer,
  { layers }: CalibrationRecord,
  { bits, polarity }: Target['driver'],
): number {
  return uses.reduce((sum, { output, quantization }) => {
    const planes = inputPlanes(quantization, codingOf(quantization, inputNumbers, polarity), bits);
    return sum + layers.get(output)!.positions * planes.length;
  }, 0);
}

type Placed = Pick<PlacedBlock, 'array' | 'row' | 'column' | 'groups' | 'rows' | 'columns'>;

type Coding = Pick<SlicedLayer, 'encoding'>;

/** All conversions, each of which takes its energy. */
export function conversionsPerDrive(
  { encoding }: Coding,
  blocks: readonly Placed[],
  { convert }: Pick<Target['adc'], 'convert'>,
): number {
  return blocks.reduce((sum, block) => sum + placesOf(block, encoding, convert).count, 0);
}

/** Conversions that follow each other: those of the busiest converter, summed over the drives of the busiest array. */
export function conversionsInSequence(
  layer: Coding,
  blocks: readonly Placed[],
  adc: Pick<Target['adc'], 'convert' | 'sharedBy'>,
): number {
  const inArray = [...busiestConverters(layer, blocks, adc).values()].map(sumOf);
  return inArray.reduce((most, count) => Math.max(most, count), 0);
}

/** By array, for each of its drives that follow each other: conversions of its busiest converter. */
export function busiestConverters(
  { encoding }: Coding,
  blocks: readonly Placed[],
  { convert, sharedBy }: Pick<Target['adc'], 'convert' | 'sharedBy'>,
): ReadonlyMap<number, readonly number[]> {
  /** By array and what drives a block: conversions of every converter. */
  const drives = new Map<number, Map<string, Map<number, number>>>();
  for (const block of blocks) {
    const ofArray = drives.get(block.array) ?? new Map<string, Map<number, number>>();
    drives.set(block.array, ofArray);
    const wordlines = wordlinesOf(block);
    const busy = ofArray.get(wordlines) ?? new Map<number, number>();
    ofArray.set(wordlines, busy);
    const { first, count } = placesOf(block, encoding, convert);
    for (let place = first; place < first + count; place++) {
      const converter = Math.floor(place / sharedBy);
      busy.set(converter, (busy.get(converter) ?? 0) + 1);
    }
  }
  const busiest = (busy: ReadonlyMap<number, number>) => Math.max(...busy.values());
  return new Map([...drives].map(([array, ofArray]) => [array, [...ofArray.values()].map(busiest)]));
}

/**
 * Where a block's conversions lie among those of its array. A reference column is converted once, however many columns its
 * code is subtracted from.
 */
function placesOf(
  block: Placed,
  encoding: Coding['encoding'],
  convert: Target['adc']['convert'],
): { first: number; count: number } {
  const columns = blockWeightColumns(block);
  if (encoding === 'offset')
    return { first: block.column, count: convert === 'pair' ? columns : columns + 1 };
  return convert === 'pair'
    ? { first: Math.floor(block.column / 2), count: columns }
    : { first: block.column, count: 2 * columns };
}
