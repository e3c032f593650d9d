/** The digits of a placed block, row by row, as the cells of an array hold them. */
import { alongRun, weightRows } from '../../src/ir/cells.ts';
import {
  blockColumns,
  digitsOf,
  lengthOf,
  type Mapping,
  type PlacedBlock,
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
  const width = lengthOf(block.columns);
  const direct = !layer.residual || isFirstPart(block, layer);
  const segments: Segment[] = [];
  for (const { row, first, runs } of weightRows(block, layer)) {
    const weights = digitsOf(layer, block, first, width);
    const trained = layer.hidden?.subarray(first, first + width);
    if (layer.encoding === 'differential') {
      for (const run of runs) {
        const hidden = trained && { hidden: alongRun(run, trained) };
        segments.push({ row, column: run.column, digits: alongRun(run, weights), ...hidden, layer, direct });
      }
    } else {
      const digits = new Int8Array(blockColumns(block, layer.encoding));
      for (const run of runs) digits.set(alongRun(run, weights), run.column - block.column);
      segments.push({ row, column: block.column, digits, layer, direct });
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
