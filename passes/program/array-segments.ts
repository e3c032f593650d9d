/** The digits of a placed block, row by row, as the cells of an array hold them. */
import {
  blockWeightColumns,
  digitsOf,
  lengthOf,
  type Mapping,
  type PlacedBlock,
  rowOfCells,
  runsOf,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import { isFirstPart } from './write-residual.ts';

/** Digits of neighbouring weights in one row of an array. */
export interface Segment {
  readonly row: number;
  /** First cell column. */
  readonly column: number;
  readonly digits: Int8Array;
  /** Hidden integers of the same weights, where training left some. */
  readonly hidden?: Int16Array;
  readonly layer: SlicedLayer;
  /** Programmed to the digits as they are, rather than to what reading other parts leaves to be made up. */
  readonly direct: boolean;
}

/**
 * The rows of a block. Of a block-diagonal packing a pair of columns needs its own group's weights only. Beside a
 * reference column every cell of a row is programmed, to the digit 0 off the diagonal: the reference column is driven by
 * the rows of all groups, and so must be what it is subtracted from.
 */
export function segmentsOf(block: PlacedBlock, mapping: Mapping): Segment[] {
  const layer = mapping.layers[block.layer]!;
  const { node, encoding } = layer;
  const width = lengthOf(block.columns);
  const direct = !layer.residual || isFirstPart(block, layer);
  const segments: Segment[] = [];
  let logical = 0;
  for (let group = block.groups.start; group < block.groups.end; group++) {
    const runs = runsOf(block, group - block.groups.start);
    for (let k = block.rows.start; k < block.rows.end; k++, logical++) {
      const row = rowOfCells(block, logical);
      const first = (group * node.rows + k) * node.columns + block.columns.start;
      const weights = digitsOf(layer, block.slice, first, width);
      const trained = layer.hidden?.subarray(first, first + width);
      const pieces = block.places
        ? runs.map(({ place, columns, signs }) => ({
            place,
            digits: Int8Array.from(columns, (column, i) => signs[i]! * weights[column]!),
            ...(trained && { hidden: Int16Array.from(columns, (column, i) => signs[i]! * trained[column]!) }),
          }))
        : [{ place: runs[0]!.place, digits: weights, ...(trained && { hidden: trained }) }];
      if (encoding === 'differential') {
        for (const { place, ...weight } of pieces)
          segments.push({ row, column: block.column + 2 * place, ...weight, layer, direct });
      } else {
        const line = new Int8Array(blockWeightColumns(block) + 1);
        for (const { place, digits } of pieces) line.set(digits, place);
        segments.push({ row, column: block.column, digits: line, layer, direct });
      }
    }
  }
  return segments;
}

/** Level codes of a segment's cells, in column order. */
export function codesOf(segment: Segment): Uint16Array {
  const { encoding, levelStep, radix } = segment.layer;
  if (encoding === 'offset') {
    return Uint16Array.from(segment.digits, (digit) => (digit + (radix - 1) / 2) * levelStep);
  }
  const codes = new Uint16Array(2 * segment.digits.length);
  segment.digits.forEach((digit, i) => {
    codes[2 * i] = Math.max(digit, 0) * levelStep;
    codes[2 * i + 1] = Math.max(-digit, 0) * levelStep;
  });
  return codes;
}
