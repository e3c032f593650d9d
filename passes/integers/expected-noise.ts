/**
 * What storing a matrix in one encoding costs and is expected to lose: weights, the inputs of a calibration record and a
 * target's programming law -> cells, and signal-to-noise ratios of the outputs. Of one column, in integer weight units,
 *
 *   signal    variance of sum_r w_r x_r over the calibration vectors
 *   rounding  sum_r (w_r - round(w_r))^2 Var x_r
 *   writing   sum over parts radix^(2 slice) / (copies * repeats) * sum_r (sigma^2(G+) + sigma^2(G-)) Var x_r / (digit step)^2
 *
 * over all rows that drive the column's block: the reference column errs like any other (its error is common to the
 * columns of a block, and counts for each), and so do cells off the diagonal of a block with several groups, which hold the
 * digit 0 beside a reference column and are unused otherwise. Variances, not mean squares: what errors do to the mean of an
 * output, calibration of the chip moves into its bias. Wires add to the difference of two columns what wire-errors.ts says,
 *
 *   wires     sum over slices radix^(2 slice) * wire error * Var sum_r x_r
 *
 * The compiler takes sigma of cells when they are read, read noise among it, which counts with Var x here like all that cells err by.
 * Converters are left out, because they hardly tell the encodings apart.
 */
import type { LayerRecord } from '../../src/ir/calibration-record.ts';
import type { EncodingEstimate } from '../../src/ir/encoding-choice.ts';
import type { MvmNode, QuantizedMvmNode, Reals } from '../../src/ir/graph.ts';
import { usualBits } from '../../src/ir/input-codes.ts';
import {
  type Block,
  blockCells,
  blockColumns,
  digitsOf,
  lengthOf,
  type SlicedLayer,
  varianceOfCopies,
} from '../../src/ir/mapping.ts';
import { decibels } from '../../src/math/decibels.ts';
import { evenlySpread } from '../../src/math/evenly-spread.ts';
import { sumOf } from '../../src/math/sum.ts';
import type { Target } from '../../src/target/target.ts';
import type { Cut, Uncut } from '../map/cut.ts';
import { digitErrors } from '../map/digit-errors.ts';
import { groupsAtOnce } from '../map/groups-at-once.ts';
import { inputsOf, variancesOf } from '../map/input-variances.ts';
import { type SliceChoice, weightMax } from '../map/slice-weights.ts';
import { chooseSteps } from './quantize-matrix.ts';
import { roundNearest } from './round-weights.ts';
import { wireError } from './wire-errors.ts';

/** Columns that the estimate is taken over, evenly spread: the others are like them. */
const columnsUsed = 64;

/** Some columns of a matrix, and what drives its rows. */
interface MatrixSample {
  readonly node: MvmNode;
  /** Groups that are looked at, and columns of each. */
  readonly groups: readonly number[];
  readonly columns: readonly number[];
  /** Largest weight of every group. */
  readonly largest: Float64Array;
  /** Weights of these columns, [group][row][column]. */
  readonly weights: Float64Array;
  /** Input numbers, code - zero, [vector][group * rows + row] over all groups. */
  readonly inputs: Int32Array;
  /** Variance of each, length groups * rows. */
  readonly variances: Float64Array;
}

/** @param records of every layer that uses the node's matrix */
export function sampleMatrix(node: MvmNode, records: readonly LayerRecord[]): MatrixSample {
  const groups = evenlySpread(node.groups, columnsUsed);
  const columns = evenlySpread(node.columns, Math.max(1, Math.floor(columnsUsed / groups.length)));
  const inputs = inputsOf(records, node.groups * node.rows);
  const weights = node.weights();
  return {
    node,
    groups,
    columns,
    largest: largestOf(weights, node.groups),
    weights: weightsOf(node, weights, groups, columns),
    inputs,
    variances: variancesOf([inputs], node.groups * node.rows),
  };
}

function largestOf(weights: Reals, groups: number): Float64Array {
  const size = weights.length / groups;
  return Float64Array.from({ length: groups }, (_, group) => {
    let most = 0;
    for (let at = group * size; at < (group + 1) * size; at++) most = Math.max(most, Math.abs(weights[at]!));
    return most;
  });
}

function weightsOf(
  { rows, columns: width }: MvmNode,
  weights: Reals,
  groups: readonly number[],
  columns: readonly number[],
): Float64Array {
  const sampled = new Float64Array(groups.length * rows * columns.length);
  let at = 0;
  for (const group of groups)
    for (let row = 0; row < rows; row++)
      for (const column of columns) sampled[at++] = weights[(group * rows + row) * width + column]!;
  return sampled;
}

/** What an estimate rests on besides the matrix. */
export interface EstimateContext {
  readonly target: Target;
  readonly weightBits: number;
  /** Standard deviation of the cells of a level (S). Default: as programming leaves them. */
  readonly sigmaOf?: ((level: number) => number) | undefined;
  /** Makes blocks of layers, as the compiler does. */
  readonly cut: (uncut: Uncut) => Cut;
}

/** Estimates one encoding of a matrix. */
export function estimateEncoding(
  sample: MatrixSample,
  choice: SliceChoice,
  { target, weightBits, cut, sigmaOf }: EstimateContext,
): EncodingEstimate {
  const { node, groups, columns, weights, variances } = sample;
  const { rows } = node;
  const largest = weightMax(target.cell, choice, weightBits);
  const integers = new Int8Array(weights.length);
  const size = rows * columns.length;
  const steps = groups.map((_, own) => {
    const matrix = weights.subarray(own * size, (own + 1) * size);
    const ofGroup = chooseSteps(matrix, columns.length, largest);
    const real = { weights: matrix, rows, columns: columns.length, steps: ofGroup, weightMax: largest };
    roundNearest(real, integers.subarray(own * size, (own + 1) * size));
    return ofGroup;
  });
  const { layers, blocks } = cut({
    target,
    nodes: [quantizedAs(node, largest)],
    choiceOf: () => choice,
    groupsAtOnce: (layer) => groupsAtOnce(layer, target, () => sample),
  });
  const layer = layers[0]!;
  const error = digitErrors(layer, target, sigmaOf);
  const besides = drivenBesides(blocks, node, variances);
  const widest = blocks.reduce((most, block) => Math.max(most, blockColumns(block, layer.encoding)), 0);
  const ofWires = wireError(layer, target, widest);
  const sampled: SlicedLayer = {
    ...layer,
    node: { ...layer.node, groups: groups.length, columns: columns.length, integers },
  };
  const digits = Array.from({ length: layer.slices }, (_, slice) =>
    digitsOf(sampled, { slice, copy: 0 }, 0, integers.length),
  );
  let [signal, rounding, writing, wired] = [0, 0, 0, 0];
  for (const [own, group] of groups.entries()) {
    const driven = ofWires === 0 ? 0 : varianceOfSum(sample, group, new Float64Array(rows).fill(1));
    for (let column = 0; column < columns.length; column++) {
      const step = steps[own]![column]!;
      if (step === 0) continue;
      let [rounded, written] = [0, 0];
      for (let row = 0; row < rows; row++) {
        const at = own * size + row * columns.length + column;
        const variance = variances[group * rows + row]!;
        rounded += (weights[at]! / step - integers[at]!) ** 2 * variance;
        for (let s = 0; s < layer.slices; s++)
          written += layer.radix ** (2 * s) * error.of(digits[s]![at]!) * variance;
      }
      for (let s = 0; s < layer.slices; s++) {
        written += layer.radix ** (2 * s) * error.beside * besides[group]!;
        wired += step ** 2 * layer.radix ** (2 * s) * ofWires * driven;
      }
      signal += step ** 2 * outputVariance(sample, integers, own, column);
      rounding += step ** 2 * rounded;
      writing += (step ** 2 * written * varianceOfCopies(layer)) / layer.repeats;
    }
  }
  return {
    cells: blocks.reduce((sum, block) => sum + blockCells(block, layer.encoding), 0),
    writeSnr: decibels(signal / writing),
    roundingSnr: decibels(signal / rounding),
    wireSnr: decibels(signal / wired),
    snr: decibels(signal / (writing + rounding + wired)),
  };
}

/** The matrix as `quantize` would give it, but for its integers: they are not needed for blocks. */
function quantizedAs(node: MvmNode, largest: number): QuantizedMvmNode {
  const { weights: _, ...rest } = node;
  return {
    ...rest,
    kind: 'quantized-mvm',
    quantization: { scale: 1, zero: 0, signed: false, bits: usualBits },
    integers: new Int8Array(0),
    weightMax: largest,
    scales: new Float64Array(0),
  };
}

/** By group: variances of the rows of other groups that drive the columns of its blocks, summed. */
function drivenBesides(
  blocks: readonly Block[],
  { groups, rows }: MvmNode,
  variances: Float64Array,
): Float64Array {
  const besides = new Float64Array(groups);
  for (const block of blocks) {
    if (block.slice > 0 || block.copy > 0 || block.columns.start > 0 || lengthOf(block.groups) === 1)
      continue;
    const { start, end } = block.groups;
    const own = Array.from({ length: end - start }, (_, i) => {
      const first = (start + i) * rows;
      return sumOf(variances.subarray(first + block.rows.start, first + block.rows.end));
    });
    const all = sumOf(own);
    for (const [i, variance] of own.entries()) besides[start + i]! += all - variance;
  }
  return besides;
}

/** Variance of an output over the calibration vectors, in integer weight units. */
function outputVariance(sample: MatrixSample, integers: Int8Array, own: number, column: number): number {
  const { node, groups, columns } = sample;
  const first = own * node.rows * columns.length + column;
  const weightAt = (_: unknown, row: number) => integers[first + row * columns.length]!;
  const weights = Float64Array.from({ length: node.rows }, weightAt);
  return varianceOfSum(sample, groups[own]!, weights);
}

/** Variance of the weighted sum of a group's inputs over the calibration vectors. */
function varianceOfSum({ node, inputs }: MatrixSample, group: number, weights: Float64Array): number {
  const { rows } = node;
  const width = node.groups * rows;
  const outputs = Float64Array.from({ length: inputs.length / width }, (_, vector) => {
    const first = vector * width + group * rows;
    let output = 0;
    for (let row = 0; row < rows; row++) output += weights[row]! * inputs[first + row]!;
    return output;
  });
  return variancesOf([outputs], 1)[0]!;
}
