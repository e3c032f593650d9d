/**
 * What faulty cells do to the columns of a block: stuck at a conductance, a cell is off from the digit that it should
 * hold. Off by d digit steps in a row whose input varies with variance v, a column's output is off by
 *
 *   sum over rows of (d+ - d-)^2 v (radix^slice / copies)^2,  as a share of its signal, the sum of weight^2 v
 *
 * Variances instead of second moments, because the mean is what calibrating a chip takes back. What lies within the
 * tolerance of a working cell counts as right.
 */
import type { CalibrationRecord } from '../../src/calibration-record.ts';
import { InternalError } from '../../src/diagnostic.ts';
import type { FaultMap } from '../../src/fault-map.ts';
import {
  blockColumns,
  blockRows,
  digitsOf,
  lengthOf,
  type PlacedBlock,
  rowOfCells,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import { levelStepOf, type Target } from '../../src/target/target.ts';
import { writePrecisionOf } from '../../src/write-precision.ts';

/** A faulty cell at a place of a block. */
export interface PlaceFault {
  /** Logical row of the block. */
  readonly row: number;
  /** 0 for the first cell of a pair or the cell beside a reference, 1 for the second of a pair. */
  readonly side: number;
  /** What it is stuck at, in digit steps above the lowest level. */
  readonly digit: number;
}

/** What the costs of a layer's columns depend on. */
export interface LayerSignal {
  /** Variance of every input, in codes squared, length groups * rows. */
  readonly variances: Float64Array;
  /** Sum of weight^2 variance of every column, length groups * columns. */
  readonly powers: Float64Array;
}

/** Added to every variance: an input that calibration saw at rest may move all the same. */
const leastVariance = 1;

export function layerSignal(layer: SlicedLayer, record: CalibrationRecord): LayerSignal {
  const { groups, rows, columns, integers } = layer.node;
  const variances = inputVariances(layer, record);
  const powers = new Float64Array(groups * columns);
  for (let row = 0, at = 0; row < groups * rows; row++) {
    const first = Math.floor(row / rows) * columns;
    for (let column = 0; column < columns; column++, at++)
      powers[first + column]! += integers[at]! ** 2 * variances[row]!;
  }
  return { variances, powers };
}

function inputVariances({ node, uses }: SlicedLayer, record: CalibrationRecord): Float64Array {
  const inputs = node.groups * node.rows;
  const sums = new Float64Array(inputs);
  const squares = new Float64Array(inputs);
  let count = 0;
  for (const { output, quantization } of uses) {
    const own = record.layers.get(output);
    if (!own) throw new InternalError('work-around-faults', `no record of ${output}`);
    const codes = quantization.signed
      ? new Int8Array(own.vectors.buffer, own.vectors.byteOffset, own.vectors.length)
      : own.vectors;
    count += own.count;
    for (let vector = 0, at = 0; vector < own.count; vector++) {
      for (let input = 0; input < inputs; input++, at++) {
        const code = codes[at]!;
        sums[input]! += code;
        squares[input]! += code * code;
      }
    }
  }
  const mean = (sum: number) => (count === 0 ? 0 : sum / count);
  return squares.map((square, i) => leastVariance + Math.max(0, mean(square) - mean(sums[i]!) ** 2));
}

/** Distance from a level that counts as right, in digit steps. */
function toleranceOf({ levelStep }: SlicedLayer, target: Target): number {
  const step = levelStepOf(target.cell);
  return (writePrecisionOf(target)?.tolerance ?? step / 2) / (levelStep * step);
}

/** The faulty cells of a block by place, in the order of their rows; those of a reference column come last. */
export function faultsByPlace(
  block: PlacedBlock,
  layer: SlicedLayer,
  faults: FaultMap,
  { cell }: Target,
): PlaceFault[][] {
  const perPlace = layer.encoding === 'differential' ? 2 : 1;
  const columns = blockColumns(block, layer.encoding);
  const places: PlaceFault[][] = Array.from({ length: columns / perPlace }, () => []);
  const logical = rowsByPlace(block);
  for (const { row, column, conductance } of faults.arrays[block.array] ?? []) {
    const [down, across] = [row - block.row, column - block.column];
    if (down < 0 || down >= blockRows(block) || across < 0 || across >= columns) continue;
    const digit = (conductance - cell.gUseMin) / (layer.levelStep * levelStepOf(cell));
    places[Math.floor(across / perPlace)]!.push({ row: logical[down]!, side: across % perPlace, digit });
  }
  return places;
}

/** Logical row by row of cells, both counted from the block's first. */
export function rowsByPlace(block: PlacedBlock): Int32Array {
  const rows = new Int32Array(blockRows(block));
  for (let row = 0; row < rows.length; row++) rows[rowOfCells(block, row) - block.row] = row;
  return rows;
}

/** Of one block: by how much a faulty cell is off where a logical column lies on it. */
export type FaultError = (column: number, flipped: boolean, fault: PlaceFault) => number;

/** How far faulty cells of a block are off their digits, in digit steps. Rows' digits are made once. */
export function faultErrors(block: PlacedBlock, layer: SlicedLayer, target: Target): FaultError {
  const { node, encoding, radix } = layer;
  const width = lengthOf(block.columns);
  const height = lengthOf(block.rows);
  const tolerance = toleranceOf(layer, target);
  const rows = new Map<number, Int8Array>();
  const digitsOfRow = (row: number) => {
    const known = rows.get(row);
    if (known) return known;
    const group = block.groups.start + Math.floor(row / height);
    const k = block.rows.start + (row % height);
    const first = (group * node.rows + k) * node.columns + block.columns.start;
    const digits = digitsOf(layer, block.slice, first, width);
    rows.set(row, digits);
    return digits;
  };
  const { gUseMin, gUseMax, gUnformed, unused } = target.cell;
  const digitStep = layer.levelStep * levelStepOf(target.cell);
  const shorted = (gUseMax - gUseMin) / 2 / digitStep;
  // Off the diagonal of a pack, cells beside a reference are programmed to 0, and pairs are left as their target says.
  const formed = encoding === 'offset' || unused === 'reset';
  return (column, flipped, { row, side, digit }) => {
    const inGroup = Math.floor(row / height) === Math.floor(column / width);
    const sign = (side === 0) === flipped ? -1 : 1;
    // Never formed, a cell conducts only where it is shorted.
    if (!inGroup && !formed) return digit > shorted ? sign * (digit + (gUseMin - gUnformed) / digitStep) : 0;
    const weight = inGroup ? digitsOfRow(row)[column % width]! : 0;
    const wanted = encoding === 'offset' ? weight + (radix - 1) / 2 : Math.max(sign * weight, 0);
    const off = digit - wanted;
    return Math.abs(off) <= tolerance ? 0 : encoding === 'offset' ? off : sign * off;
  };
}

/** What the faulty cells of one place cost a column that lies there, as a share of its signal. */
export function costOfFaults(
  block: PlacedBlock,
  layer: SlicedLayer,
  { variances, powers }: LayerSignal,
  errorOf: FaultError,
  column: number,
  flipped: boolean,
  faults: readonly PlaceFault[],
): number {
  const { node, radix, copies } = layer;
  const height = lengthOf(block.rows);
  const width = lengthOf(block.columns);
  const output = (block.groups.start + Math.floor(column / width)) * node.columns;
  const power = powers[output + block.columns.start + (column % width)]!;
  if (power === 0) return 0;
  let cost = 0;
  for (let i = 0; i < faults.length; i++) {
    const { row } = faults[i]!;
    let off = errorOf(column, flipped, faults[i]!);
    // Both cells of a pair.
    if (faults[i + 1]?.row === row) off += errorOf(column, flipped, faults[++i]!);
    const input =
      (block.groups.start + Math.floor(row / height)) * node.rows + block.rows.start + (row % height);
    cost += off ** 2 * variances[input]!;
  }
  return (cost * (radix ** block.slice / copies) ** 2) / power;
}
