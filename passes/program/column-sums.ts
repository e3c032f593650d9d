/**
 * The sums that a block's columns see when the calibration vectors drive their rows, one input bit at a time.
 *
 * The sums over all 256 choices among 8 rows are tabulated, each one addition from another, so that 8 rows cost one
 * look-up per vector and bit (the method of four Russians: Arlazarov, Dinic, Kronrod and Faradzhev, 1970). Two columns
 * share an integer. The few rows of a depthwise layer need no sums at all: there are only so many choices among them,
 * and it is enough to count how often each comes up.
 */
import { digitsOfRow } from '../../src/ir/cells.ts';
import { groupRows, lengthOf, type PlacedBlock, type SlicedLayer } from '../../src/ir/mapping.ts';
import { type BitPlanes, octetsOf } from '../../src/kernels/bit-planes.ts';
import { lanes, openSums } from '../../src/kernels/sum-choices.ts';
import type { CountedSums } from './converter-range.ts';

/** What one column sees, in digit steps (see digitStepOf: repeats count as one); valid until the next column is asked for. */
export interface ColumnSums extends CountedSums {
  /** Least and largest sum that any input could make. */
  readonly least: number;
  readonly most: number;
}

/** What a driven cell adds, in digit steps. */
export interface CellLaw {
  /** An integer, by the cell's digit. */
  readonly part: (digit: number) => number;
  /** And a constant besides. */
  readonly floor: number;
  /** What a cell off the diagonal of a block with several groups adds. */
  readonly beside: number;
}

/** Integers of the cells of one group, [row][column]. */
interface GroupCells {
  readonly rows: number;
  readonly columns: number;
  readonly parts: Int32Array;
}

/** Rows of which all choices are counted. */
const fewRows = 10;

/**
 * @param planes of the block's groups
 * @returns one per logical column, in order
 */
export function* columnSums(
  block: PlacedBlock,
  layer: SlicedLayer,
  planes: readonly BitPlanes[],
  { part, floor, beside }: CellLaw,
): Generator<ColumnSums, void, undefined> {
  const rows = lengthOf(block.rows);
  const foreign = planes.length > 1 ? beside : 0;
  const constants = floor === 0 && foreign === 0 ? undefined : constantsOf(planes, floor, foreign);
  for (const [own, plane] of planes.entries()) {
    const once = groupCells(block, layer, own, part);
    const cells = plane.bipolar ? mirrored(once) : once;
    const seen =
      cells.rows <= fewRows && foreign === 0
        ? countChoices(plane, cells, floor)
        : sumChoices(plane, cells, constants?.[own]);
    const others = foreign * rows * (planes.length - 1);
    let column = 0;
    for (const [values, counts] of seen) {
      const limits = extremesOf(once, column++, floor, others, plane.bipolar);
      yield { values, counts, ...limits };
    }
  }
}

/** The cells of one group of a block. @param own counted from the block's first group */
export function groupCells(
  block: PlacedBlock,
  layer: SlicedLayer,
  own: number,
  part: CellLaw['part'],
): GroupCells {
  const [rows, columns] = [lengthOf(block.rows), lengthOf(block.columns)];
  const parts = new Int32Array(rows * columns);
  for (let row = 0, at = 0; row < rows; row++) {
    const digits = digitsOfRow(block, layer, own * groupRows(block) + row);
    for (let column = 0; column < columns; column++) parts[at++] = part(digits[column]!);
  }
  return { rows, columns, parts };
}

/**
 * Least and largest sum that a column could see of rows that are driven or not.
 * @param others what the rows of other groups add at most
 * @param bipolar whether every row may be driven with the opposite voltage instead
 */
export function extremesOf(
  { rows, columns, parts }: GroupCells,
  column: number,
  floor: number,
  others: number,
  bipolar: boolean,
): { least: number; most: number } {
  let [least, most] = [0, others];
  for (let row = 0; row < rows; row++) {
    const value = parts[row * columns + column]! + floor;
    if (value < 0) least += value;
    else most += value;
  }
  const reach = most - least;
  return bipolar ? { least: -reach, most: reach } : { least, most };
}

/** The same cells once more, for rows that are driven with the opposite voltage; as many rows as the planes have bits. */
function mirrored({ rows, columns, parts }: GroupCells): GroupCells {
  const half = 8 * octetsOf(rows);
  const both = new Int32Array(2 * half * columns);
  both.set(parts);
  for (let at = 0; at < parts.length; at++) both[half * columns + at] = -parts[at]!;
  return { rows: 2 * half, columns, parts: both };
}

/** What the driven rows of its own and of the other groups add to every sum of a group besides its cells. */
function constantsOf(planes: readonly BitPlanes[], floor: number, foreign: number): Float64Array[] {
  const driven = planes.map(countDriven);
  const ofAll = driven[0]!.map((_, s) => driven.reduce((sum, own) => sum + own[s]!, 0));
  return driven.map((own) => own.map((count, s) => count * floor + (ofAll[s]! - count) * foreign));
}

/** How many rows every sample drives, less those with the opposite voltage. */
function countDriven({ samples, octets, bipolar, bytes }: BitPlanes): Float64Array {
  const counts = new Float64Array(samples);
  const opposite = bipolar ? octets / 2 : octets;
  for (let at = 0; at < bytes.length; at++) {
    const sign = at % octets < opposite ? 1 : -1;
    for (let rest = bytes[at]!; rest !== 0; rest &= rest - 1) counts[Math.floor(at / octets)]! += sign;
  }
  return counts;
}

type Seen = readonly [values: Float64Array, counts: Uint32Array];

/** The sums of all choices among a few rows, and how often each choice comes up. */
function* countChoices({ samples, bytes }: BitPlanes, cells: GroupCells, floor: number): Generator<Seen> {
  const { rows, columns, parts } = cells;
  const counts = new Uint32Array(2 ** rows);
  const others = new Uint32Array(2 ** rows);
  tallyHalves(new Int32Array(bytes.buffer, bytes.byteOffset, samples / 2), 0, 1, counts, others);
  for (let choice = 0; choice < counts.length; choice++) counts[choice]! += others[choice]!;
  const values = new Float64Array(counts.length);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const value = parts[row * columns + column]! + floor;
      for (let choice = 0; choice < 1 << row; choice++) values[(1 << row) + choice] = values[choice]! + value;
    }
    yield [values, counts];
  }
}

/**
 * The sums of every sample.
 * @param constants added to every sample's sum; without them equal sums are counted together
 */
function* sumChoices(plane: BitPlanes, cells: GroupCells, constants?: Float64Array): Generator<Seen> {
  const { samples } = plane;
  const { rows, columns, parts } = cells;
  /** What the cells with negative values add up to, without the sign. */
  const below = new Int32Array(columns);
  const reach = new Int32Array(columns);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      below[column]! -= Math.min(0, parts[at]!);
      reach[column]! += Math.abs(parts[at]!);
    }
  }
  const longest = reach.reduce((a, b) => Math.max(a, b), 0);
  const perWord = longest < 1 << 16 ? 2 : 1;
  const perSample = lanes * perWord;
  const sums = openSums(plane);
  const { buffer, byteOffset, length } = sums.words;
  const seen = perWord === 2 ? new Uint16Array(buffer, byteOffset, 2 * length) : sums.words;
  const histograms = [new Uint32Array(longest + 1), new Uint32Array(longest + 1)] as const;
  const values = new Float64Array(constants ? samples : Math.min(samples, longest + 1));
  const counts = new Uint32Array(values.length).fill(1);
  for (let first = 0; first < columns; first += perSample) {
    const count = Math.min(perSample, columns - first);
    for (let row = 0; row < rows; row++)
      pack(parts, row * columns + first, count, perWord, sums.rows, row * lanes);
    // Sums are counted from the least that is possible: neither half of an integer is negative in the end.
    pack(below, first, count, perWord, sums.start, 0);
    sums.run();
    for (let own = 0; own < count; own++) {
      const column = first + own;
      if (constants) {
        for (let s = 0; s < samples; s++)
          values[s] = seen[s * perSample + own]! - below[column]! + constants[s]!;
        yield [values, counts];
      } else {
        const half = own % perWord;
        if (perWord === 1) tally(sums.words, own, lanes, histograms[0]);
        else if (half === 0) tallyHalves(sums.words, own / 2, lanes, ...histograms);
        const [from, to] = perWord === 1 ? [0, reach[column]!] : [sums.least[own]!, sums.most[own]!];
        const different = list(histograms[half]!, from, to, below[column]!, values, counts);
        yield [values.subarray(0, different), counts.subarray(0, different)];
      }
    }
  }
}

/** Values of `count` columns into lanes, two in an integer where two sums fit. */
function pack(
  values: Int32Array,
  from: number,
  count: number,
  perWord: number,
  to: Int32Array,
  at: number,
): void {
  for (let lane = 0; lane < lanes; lane++) {
    const own = lane * perWord;
    const low = own < count ? values[from + own]! : 0;
    const high = perWord === 2 && own + 1 < count ? values[from + own + 1]! : 0;
    to[at + lane] = low + (high << 16);
  }
}

/** Counts every `step`th of the sums. */
function tally(sums: Int32Array, first: number, step: number, histogram: Uint32Array): void {
  for (let at = first; at < sums.length; at += step) histogram[sums[at]!]!++;
}

/** The same for two sums in an integer: one histogram would often wait for what it has just counted. */
function tallyHalves(
  sums: Int32Array,
  first: number,
  step: number,
  lows: Uint32Array,
  highs: Uint32Array,
): void {
  for (let at = first; at < sums.length; at += step) {
    const word = sums[at]!;
    lows[word & 0xffff]!++;
    highs[word >>> 16]!++;
  }
}

/** Empties a histogram into a list of the sums that were seen, less `below`, and how often. */
function list(
  histogram: Uint32Array,
  from: number,
  to: number,
  below: number,
  values: Float64Array,
  counts: Uint32Array,
): number {
  let length = 0;
  for (let sum = from; sum <= to; sum++) {
    const count = histogram[sum]!;
    if (count === 0) continue;
    values[length] = sum - below;
    counts[length++] = count;
    histogram[sum] = 0;
  }
  return length;
}
