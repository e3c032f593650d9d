/**
 * What faulty cells do to the columns of a block: stuck at a conductance, a cell is off from the digit that it should
 * hold. Off by d digit steps in a row whose input varies with variance v, a column's output is off by
 *
 *   sum over rows of (d+ - d-)^2 v (radix^slice / digits per one / repeats)^2,  as a share of its signal, the sum of weight^2 v
 *
 * Variances instead of second moments, because the mean is what calibrating a chip takes back. What lies within the
 * tolerance of a working cell counts as right.
 */

import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import type { CalibrationRecord } from '../../src/ir/calibration-record.ts';
import { digitsOfRow, inputOf, logicalRows, outputOf } from '../../src/ir/cells.ts';
import type { FaultMap } from '../../src/ir/fault-map.ts';
import { inputNumber } from '../../src/ir/input-codes.ts';
import {
  blockColumns,
  groupRows,
  lengthOf,
  type PlacedBlock,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import { schemeOf } from '../../src/schemes/models.ts';
import { levelStepOf } from '../../src/target/cell.ts';
import type { Target } from '../../src/target/target.ts';
import { variancesOf } from './input-variances.ts';

/** A faulty cell at a place of a block. */
export interface PlaceFault {
  /** Logical row of the block. */
  readonly row: number;
  /** 0 for the first cell of a pair or the cell beside a reference, 1 for the second of a pair. */
  readonly side: number;
  /** What it is stuck at, in digit steps above the lowest level. */
  readonly digit: number;
}

/** A chip whose faulty cells are known. */
export interface FaultContext {
  readonly faults: FaultMap;
  readonly record: CalibrationRecord;
  readonly target: Target;
}

/** What the costs of a layer's columns depend on. */
export interface FaultyLayer extends FaultContext {
  readonly layer: SlicedLayer;
  readonly signal: LayerSignal;
}

interface LayerSignal {
  /** Variance of every input, in codes squared, length groups * rows. */
  readonly variances: Float64Array;
  /** Sum of weight^2 variance of every column, length groups * columns. */
  readonly powers: Float64Array;
}

/** Added to every variance: an input that calibration saw at rest may move all the same. */
const leastVariance = 1;

/** Layers by their index, with variances and powers: the blocks of one follow each other. */
export function faultyLayers(
  layers: readonly SlicedLayer[],
  context: FaultContext,
): (index: number) => FaultyLayer {
  let current: FaultyLayer | undefined;
  return (index) => {
    const layer = layers[index]!;
    if (current?.layer !== layer) current = { ...context, layer, signal: layerSignal(layer, context.record) };
    return current;
  };
}

function layerSignal(layer: SlicedLayer, record: CalibrationRecord): LayerSignal {
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
  const codes = uses.map(({ output, quantization }) => {
    const own = record.layers.get(output);
    if (!own) throw new InternalError('work-around-faults', `no record of ${output}`);
    return quantization.signed
      ? Int32Array.from(own.vectors, (code) => inputNumber(code, quantization))
      : own.vectors;
  });
  return variancesOf(codes, node.groups * node.rows).map((variance) => leastVariance + variance);
}

/** The faulty cells of one block, and what they do to a logical column that lies on them, exchanged or not. */
interface BlockFaults {
  /** In the order of their rows; those of a reference column come last. */
  readonly byPlace: readonly (readonly PlaceFault[])[];
  /** By how much a faulty cell is off its digit, in digit steps. */
  readonly errorOf: (column: number, flipped: boolean, fault: PlaceFault) => number;
  /** What faulty cells of one place cost, as a share of the column's signal. */
  readonly costOf: (column: number, flipped: boolean, faults: readonly PlaceFault[]) => number;
}

export function blockFaults(block: PlacedBlock, on: FaultyLayer): BlockFaults {
  const { node, radix, digitsPerOne, repeats } = on.layer;
  const { variances, powers } = on.signal;
  const errorOf = faultErrors(block, on);
  return {
    byPlace: faultsByPlace(block, on),
    errorOf,
    costOf(column, flipped, faults) {
      const power = powers[outputOf(block, node, column)]!;
      if (power === 0) return 0;
      let cost = 0;
      for (let i = 0; i < faults.length; i++) {
        const { row } = faults[i]!;
        let off = errorOf(column, flipped, faults[i]!);
        // Both cells of a pair.
        if (faults[i + 1]?.row === row) off += errorOf(column, flipped, faults[++i]!);
        cost += off ** 2 * variances[inputOf(block, node, row)]!;
      }
      return (cost * (radix ** block.slice / digitsPerOne / repeats) ** 2) / power;
    },
  };
}

function faultsByPlace(block: PlacedBlock, { layer, faults, target: { cell } }: FaultyLayer): PlaceFault[][] {
  const perPlace = layer.encoding === 'differential' ? 2 : 1;
  const columns = blockColumns(block, layer.encoding);
  const places: PlaceFault[][] = Array.from({ length: columns / perPlace }, () => []);
  const logical = logicalRows(block);
  for (const { row, column, conductance } of faults.arrays[block.array] ?? []) {
    const [down, across] = [row - block.row, column - block.column];
    if (down < 0 || down >= logical.length || across < 0 || across >= columns) continue;
    const digit = (conductance - cell.gUseMin) / (layer.levelStep * levelStepOf(cell));
    places[Math.floor(across / perPlace)]!.push({ row: logical[down]!, side: across % perPlace, digit });
  }
  return places;
}

/** Rows' digits are made once. */
function faultErrors(block: PlacedBlock, { layer, target }: FaultyLayer): BlockFaults['errorOf'] {
  const { encoding, radix } = layer;
  const width = lengthOf(block.columns);
  const height = groupRows(block);
  const rows = new Map<number, Int8Array>();
  const digitsAt = (row: number) => {
    const digits = rows.get(row) ?? digitsOfRow(block, layer, row);
    rows.set(row, digits);
    return digits;
  };
  const { gUseMin, gUseMax, gUnformed, unused } = target.cell;
  const step = levelStepOf(target.cell);
  const digitStep = layer.levelStep * step;
  // What lies so far from a level counts as right.
  const tolerance = (schemeOf(target).precision()?.tolerance ?? step / 2) / digitStep;
  const shorted = (gUseMax - gUseMin) / 2 / digitStep;
  // Off the diagonal of a pack, cells beside a reference are programmed to 0, and pairs are left as their target says.
  const formed = encoding === 'offset' || unused === 'reset';
  return (column, flipped, { row, side, digit }) => {
    const inGroup = Math.floor(row / height) === Math.floor(column / width);
    const sign = (side === 0) === flipped ? -1 : 1;
    // Never formed, a cell conducts only where it is shorted.
    if (!inGroup && !formed) return digit > shorted ? sign * (digit + (gUseMin - gUnformed) / digitStep) : 0;
    const weight = inGroup ? digitsAt(row)[column % width]! : 0;
    const wanted = encoding === 'offset' ? sign * weight + (radix - 1) / 2 : Math.max(sign * weight, 0);
    const off = digit - wanted;
    return Math.abs(off) <= tolerance ? 0 : sign * off;
  };
}
