/**
 * What a programmed chip is expected to lose of a layer's outputs, before there is one: blocks of a layer with what the wires make
 * of their nominal levels, and calibration vectors -> energies of outputs and of what errs in them, over some columns.
 *
 *   wanted     y = sum over tiles and slices of radix^slice sum_r digit x_r
 *   through    z = the same with (Geff+ - Geff-) / digit step, by the gain of the converter, instead of the digit
 *   noise      N = writing, the variance of every cell's level by the square of what its wires leave of it, times Var x_r; and
 *              converters, step^2 / 12 for every plane of input bits that drives any row
 *
 * Calibration of the chip takes the best gain a between its limits, and the best bias, so that the error is
 *
 *   Var(y - a z) + a^2 N,    a = Cov(y, z) / (Var z + N)
 *
 * Copies are taken to differ by their writing and converters alone. Left out: saturation, time, read noise; and that converters
 * which tell single digits apart round errors away.
 */
import { gainLimit } from '../../src/column-correction.ts';
import type { LayerRecord } from '../../src/ir/calibration-record.ts';
import { cellsOf, digitsOfRow, inputOf, outputOf } from '../../src/ir/cells.ts';
import {
  blockRows,
  blockWeightColumns,
  digitStepOf,
  groupRows,
  lengthOf,
  type PlacedBlock,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import { evenlySpread } from '../../src/math/evenly-spread.ts';
import type { Target } from '../../src/target/target.ts';
import { inputsOf, variancesOf } from '../map/input-variances.ts';
import { cellVariance } from './cell-variance.ts';
import { drivenPlanes } from './driven-planes.ts';

/** A block with what stands in its cells and converters. */
export interface SolvedBlock {
  readonly block: PlacedBlock;
  /** Level codes of its array as programmed, [row][column]; -1 where no weight is. */
  readonly codes: Int16Array;
  /** Effective conductances of its array, siemens, [row][column]. */
  readonly seen: Float64Array;
  /** Share of what a cell conducts more or less that its wires leave, [row][column] of its array. */
  readonly shares: Float64Array;
  /** By logical column: what a step of its converter is worth. */
  readonly gains: ArrayLike<number>;
  /** Steps of its converters (S), as if wires had no resistance; by logical column, plus and minus where each has its own. */
  readonly steps: ArrayLike<number>;
}

/** Energies, in squares of the layer's outputs. */
export interface ExpectedError {
  readonly signal: number;
  readonly noise: number;
  /** The noise if wires had no resistance. */
  readonly unwired: number;
}

/** Columns that are looked at, evenly spread. */
const columnsUsed = 32;

/** @param records of every use of the layer */
export function expectedError(
  layer: SlicedLayer,
  blocks: readonly SolvedBlock[],
  records: readonly LayerRecord[],
  target: Target,
): ExpectedError {
  const { node } = layer;
  const inputs = inputsOf(records, node.groups * node.rows);
  const vectors = inputs.length / (node.groups * node.rows);
  const { block: first } = blocks[0]!;
  const columns = evenlySpread(blockWeightColumns(first), columnsUsed);
  const wanted = new Float64Array(vectors * columns.length);
  const through = new Float64Array(vectors * columns.length);
  const perColumn = () => new Float64Array(columns.length);
  const noise: ColumnNoise = { wired: perColumn(), unwired: perColumn(), converted: perColumn() };
  for (const solved of blocks) {
    const driven = drivenBy(solved.block, layer, inputs);
    const weights = weightsOf(solved, layer, target, columns);
    addProducts(wanted, driven, weights.wanted, columns.length);
    addProducts(through, driven, weights.through, columns.length);
    addNoise(noise, solved, layer, target, columns, driven, records[0]!);
  }
  let [signal, wired, unwired] = [0, 0, 0];
  for (const [c, column] of columns.entries()) {
    const scale = node.scales[outputOf(first, node, column)]! ** 2;
    const [yy, yz, zz] = moments(wanted, through, c, columns.length);
    signal += scale * yy;
    // What hardly varies is rounded to the same codes every time, which the bias makes up for.
    const converted = Math.min(yy, noise.converted[c]!);
    wired += scale * errorLeft(yy, yz, zz, noise.wired[c]! + converted);
    unwired += scale * errorLeft(yy, yy, yy, noise.unwired[c]! + converted);
  }
  return { signal, noise: wired, unwired };
}

/** What calibration of the chip leaves of a column. */
function errorLeft(yy: number, yz: number, zz: number, noise: number): number {
  const all = zz + noise;
  const gain = all > 0 && yz > 0 ? Math.min(gainLimit, Math.max(1 / gainLimit, yz / all)) : 1;
  return Math.max(0, yy - 2 * gain * yz + gain ** 2 * all);
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

/** What inputs are multiplied by, in integer weights, [logical row][column]: as it should be, and through the wires. */
function weightsOf(
  { block, seen, gains }: SolvedBlock,
  layer: SlicedLayer,
  { array, cell }: Target,
  columns: readonly number[],
) {
  const rows = blockRows(block);
  const [height, width] = [groupRows(block), lengthOf(block.columns)];
  const cells = cellsOf(block, layer.encoding);
  const worth = layer.radix ** block.slice;
  const digitStep = digitStepOf(layer, cell);
  const wanted = new Float64Array(rows * columns.length);
  const through = new Float64Array(rows * columns.length);
  for (let r = 0; r < rows; r++) {
    const digits = digitsOfRow(block, layer, r);
    const at = cells.rows[r]! * array.columns;
    for (const [c, column] of columns.entries()) {
      const own = Math.floor(r / height) === Math.floor(column / width);
      const difference = seen[at + cells.added[column]!]! - seen[at + cells.subtracted[column]!]!;
      wanted[r * columns.length + c] = own ? (worth * digits[column % width]!) / layer.repeats : 0;
      through[r * columns.length + c] =
        (worth * cells.signs[column]! * difference) / (digitStep * gains[column]!);
    }
  }
  return { wanted, through };
}

/** Adds the products of inputs and weights, [vector][column]. */
function addProducts(to: Float64Array, driven: Float64Array, weights: Float64Array, columns: number): void {
  const rows = weights.length / columns;
  for (let v = 0, at = 0; at < driven.length; v++)
    for (let r = 0; r < rows; r++, at++) {
      const input = driven[at]!;
      if (input === 0) continue;
      for (let c = 0; c < columns; c++) to[v * columns + c]! += input * weights[r * columns + c]!;
    }
}

/** Variances of what columns add up to, by column: of writing, through wires and without, and of converters. */
type ColumnNoise = Readonly<Record<'wired' | 'unwired' | 'converted', Float64Array>>;

/** Adds what writing and converters scatter, in integer weights. */
function addNoise(
  to: ColumnNoise,
  { block, codes, shares, gains, steps }: SolvedBlock,
  layer: SlicedLayer,
  target: Target,
  columns: readonly number[],
  driven: Float64Array,
  { quantization }: LayerRecord,
): void {
  const { array, cell } = target;
  const rows = blockRows(block);
  const variances = variancesOf([driven], rows);
  const cells = cellsOf(block, layer.encoding);
  const digitStep = digitStepOf(layer, cell);
  const worth = layer.radix ** (2 * block.slice) / layer.copies / digitStep ** 2;
  const varianceOf = cellVariance(target);
  const planes = drivenPlanes(driven, rows, quantization, layer, target.driver);
  const perColumn = target.adc.convert === 'pair' ? 1 : 2;
  for (const [c, column] of columns.entries()) {
    let [written, left] = [0, 0];
    for (let r = 0; r < rows; r++)
      for (const place of [cells.added[column]!, cells.subtracted[column]!]) {
        const at = cells.rows[r]! * array.columns + place;
        const variance = variances[r]! * varianceOf(codes[at]!);
        written += variance;
        left += variance * shares[at]! ** 2;
      }
    let converted = 0;
    for (let i = perColumn * column; i < perColumn * (column + 1); i++)
      if (steps[i] !== Math.fround(digitStep)) converted += (steps[i]! ** 2 / 12) * planes;
    to.wired[c]! += (worth * left) / gains[column]! ** 2;
    to.unwired[c]! += worth * written;
    to.converted[c]! += worth * converted;
  }
}

/** Variances of y and z, and their covariance, of one column. */
function moments(y: Float64Array, z: Float64Array, column: number, columns: number) {
  const count = y.length / columns;
  let [sumY, sumZ, yy, yz, zz] = [0, 0, 0, 0, 0];
  for (let at = column; at < y.length; at += columns) {
    sumY += y[at]! / count;
    sumZ += z[at]! / count;
  }
  for (let at = column; at < y.length; at += columns) {
    const [ownY, ownZ] = [y[at]! - sumY, z[at]! - sumZ];
    yy += ownY ** 2 / count;
    yz += (ownY * ownZ) / count;
    zz += ownZ ** 2 / count;
  }
  return [yy, yz, zz] as const;
}
