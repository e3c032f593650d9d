/** Blocks with what stands in their cells -> what drives their rows, and what it is multiplied by. */
import type { LayerRecord } from '../../src/ir/calibration-record.ts';
import { cellsOf, digitsOfRow, inputOf } from '../../src/ir/cells.ts';
import {
  blockRows,
  digitStepOf,
  groupRows,
  lengthOf,
  type PlacedBlock,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import { variancesOf } from '../map/input-variances.ts';
import { drivenPlanes } from './driven-planes.ts';
import type { CellNoise } from './reading-noise.ts';
import { type RowLoads, rowLoads } from './row-loads.ts';

/** A block with what stands in its cells and converters. */
export interface SolvedBlock {
  readonly block: PlacedBlock;
  /** Level codes of its array as programmed, [row][column]; -1 where no weight is. */
  readonly codes: Int16Array;
  /** Effective conductances of its array, siemens, [row][column]. */
  readonly seen: Float64Array;
  /** Share of what a cell conducts more or less that its wires leave, [row][column] of its array. Absent: all. */
  readonly shares?: Float64Array | undefined;
  /** By logical column: what a step of its converter is worth. */
  readonly gains: ArrayLike<number>;
  /** Steps of its converters (S), as if wires had no resistance; by logical column, plus and minus where each has its own. */
  readonly steps: ArrayLike<number>;
}

/** How a target is read. */
export interface ExpectedReading {
  readonly target: Target;
  /** By level code; of the layer, whose times split it. */
  readonly noiseOf: (code: number) => CellNoise;
}

/** A block with what drives it. */
export interface DrivenBlock extends SolvedBlock {
  /** Input numbers, [vector][logical row]. */
  readonly driven: Float64Array;
  /** Of each. */
  readonly variances: Float64Array;
  readonly loads: RowLoads;
  /** How much its conversions count. */
  readonly planes: number;
}

/** @param inputs numbers of the layer's calibration vectors, [vector][group * rows + row] */
export function driveBlock(
  solved: SolvedBlock,
  layer: SlicedLayer,
  inputs: Int32Array,
  { quantization }: LayerRecord,
  { driver }: Target,
): DrivenBlock {
  const rows = blockRows(solved.block);
  const driven = drivenBy(solved.block, layer, inputs);
  return {
    ...solved,
    driven,
    variances: variancesOf([driven], rows),
    loads: rowLoads(driven, rows, quantization, layer, driver),
    planes: drivenPlanes(driven, rows, quantization, layer, driver),
  };
}

/** Input numbers that drive a block, [vector][logical row]. */
function drivenBy(block: PlacedBlock, { node }: SlicedLayer, inputs: Int32Array): Float64Array {
  const [rows, width] = [blockRows(block), node.groups * node.rows];
  const places = Int32Array.from({ length: rows }, (_, row) => inputOf(block, node, row));
  const vectors = inputs.length / width;
  const driven = new Float64Array(vectors * rows);
  for (let v = 0; v < vectors; v++)
    for (let r = 0; r < rows; r++) driven[v * rows + r] = inputs[v * width + places[r]!]!;
  return driven;
}

/**
 * What inputs are multiplied by, in integer weights, [logical row][column]: as it should be, through the wires, by cells as they are read
 * without wires, and as a sum.
 */
export function weightsOf(
  { block, codes, seen, shares, gains }: SolvedBlock,
  layer: SlicedLayer,
  { target: { array, cell }, noiseOf }: ExpectedReading,
  columns: readonly number[],
) {
  const rows = blockRows(block);
  const [height, width] = [groupRows(block), lengthOf(block.columns)];
  const cells = cellsOf(block, layer.encoding);
  // Copies hold about the same: one stands for all.
  const worth = (layer.radix ** block.slice * layer.copies) / layer.digitsPerOne;
  const digitStep = digitStepOf(layer, cell);
  const make = () => new Float64Array(rows * columns.length);
  const [wanted, through, bare, own] = [make(), make(), make(), make()];
  const shiftOf = (at: number) => noiseOf(codes[at]!).shift;
  const readAs = (at: number) => seen[at]! + (shares?.[at] ?? 1) * shiftOf(at);
  for (let r = 0; r < rows; r++) {
    const digits = digitsOfRow(block, layer, r);
    const at = cells.rows[r]! * array.columns;
    for (const [c, column] of columns.entries()) {
      const to = r * columns.length + c;
      const [added, subtracted] = [at + cells.added[column]!, at + cells.subtracted[column]!];
      const sign = worth * cells.signs[column]!;
      own[to] = Math.floor(r / height) === Math.floor(column / width) ? 1 / layer.repeats : 0;
      wanted[to] = own[to]! * worth * digits[column % width]!;
      through[to] = (sign * (readAs(added) - readAs(subtracted))) / (digitStep * gains[column]!);
      bare[to] = wanted[to]! + (sign * (shiftOf(added) - shiftOf(subtracted))) / digitStep;
    }
  }
  return { wanted, through, bare, own };
}
