/**
 * The sums that a block's columns see when the calibration vectors drive their rows, one input bit at a time.
 *
 * Digits are small integers, so several columns share the 53 exact bits of one double: every digit is made positive by
 * an offset, and the offset times the number of driven rows is taken off again at the end.
 */
import type { LayerRecord } from '../src/calibration-record.ts';
import {
  blockWeightColumns,
  digitsOf,
  lengthOf,
  type PlacedBlock,
  type SlicedLayer,
} from '../src/ir/mapping.ts';

export interface ColumnSums {
  /** In digit steps: [vector][bit][logical column]. */
  readonly sums: Float64Array;
  /** Least and largest sum that any input could make, per logical column. */
  readonly least: Float64Array;
  readonly most: Float64Array;
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

/** @param vectors calibration vectors that are used, evenly spread over the record's */
export function columnSums(
  block: PlacedBlock,
  layer: SlicedLayer,
  record: Pick<LayerRecord, 'vectors' | 'count'>,
  { part, floor, beside }: CellLaw,
  vectors: number,
): ColumnSums {
  const { node, radix } = layer;
  const width = lengthOf(block.columns);
  const rows = lengthOf(block.rows);
  const columns = blockWeightColumns(block);
  const sums = new Float64Array(vectors * 8 * columns);
  const least = new Float64Array(columns);
  const most = new Float64Array(columns);
  // Parts lie within +-(radix - 1): an offset column adds half of the radix to its digits.
  const offset = radix - 1;
  const bits = Math.ceil(Math.log2(rows * 2 * offset + 1));
  const perDouble = Math.floor(53 / bits);
  const packs = Math.ceil(width / perDouble);
  const field = 2 ** bits;
  const packOf = Int32Array.from({ length: width }, (_, c) => Math.floor(c / perDouble));
  const unitOf = Float64Array.from({ length: width }, (_, c) => field ** (c % perDouble));
  const packed = new Float64Array(rows * packs);
  const totals = new Float64Array(8 * packs);
  const driven = new Int32Array(8);
  const groups = lengthOf(block.groups);
  const foreign = groups > 1 ? beside : 0;
  /** Rows of all groups that are driven: [vector][bit]. */
  const drivenOfAll = new Int32Array(vectors * 8);
  for (let group = block.groups.start; group < block.groups.end; group++) {
    const column = (group - block.groups.start) * width;
    packed.fill(0);
    for (let row = 0; row < rows; row++) {
      const from = (group * node.rows + block.rows.start + row) * node.columns + block.columns.start;
      const digits = digitsOf(layer, block.slice, from, width);
      for (let c = 0; c < width; c++) {
        const whole = part(digits[c]!);
        const value = whole + floor;
        if (value < 0) least[column + c]! += value;
        else most[column + c]! += value;
        packed[row * packs + packOf[c]!]! += (whole + offset) * unitOf[c]!;
      }
    }
    for (let vector = 0; vector < vectors; vector++) {
      const source = Math.floor((vector * record.count) / vectors);
      const first = (source * node.groups + group) * node.rows + block.rows.start;
      addVector(record.vectors.subarray(first, first + rows), packed, packs, totals, driven);
      for (let bit = 0; bit < 8; bit++) {
        if (driven[bit] === 0) continue;
        const constant = driven[bit]! * (floor - offset - foreign);
        drivenOfAll[vector * 8 + bit]! += driven[bit]!;
        const to = (vector * 8 + bit) * columns + column;
        for (let c = 0; c < width; c++) {
          const shifted = Math.floor(totals[bit * packs + packOf[c]!]! / unitOf[c]!);
          sums[to + c] = shifted - Math.floor(shifted / field) * field + constant;
        }
      }
    }
  }
  if (foreign !== 0) {
    for (let c = 0; c < columns; c++) most[c]! += foreign * rows * (groups - 1);
    for (let at = 0; at < sums.length; at++) sums[at]! += foreign * drivenOfAll[Math.floor(at / columns)]!;
  }
  return { sums, least, most };
}

/** Adds the packed rows that one vector's codes drive, bit by bit: totals [bit][pack], and how many rows were driven. */
function addVector(
  codes: Uint8Array,
  packed: Float64Array,
  packs: number,
  totals: Float64Array,
  driven: Int32Array,
): void {
  totals.fill(0);
  driven.fill(0);
  for (let row = 0; row < codes.length; row++) {
    for (let rest = codes[row]!, bit = 0; rest !== 0; rest >>= 1, bit++) {
      if ((rest & 1) === 0) continue;
      driven[bit]! += 1;
      const to = bit * packs;
      const from = row * packs;
      for (let pack = 0; pack < packs; pack++) totals[to + pack]! += packed[from + pack]!;
    }
  }
}
