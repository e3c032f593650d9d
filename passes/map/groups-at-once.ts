/**
 * Whether groups of a layer drive a block together. Where cells that no weight uses are RESET, they conduct, and err by what
 * RESET scatters: those that the rows of other groups drive soon err by more than a group's own. Groups share blocks only
 * where that adds at most 1 dB to the errors of the layer's own cells,
 *
 *   sum over g of s_g^2 (sum of V_h over the other groups of its block) beside <= (10^0.1 - 1) sum over g of s_g^2 V_g own,
 *
 * V the variances of a group's inputs and s its largest weight. Otherwise every group has a block of its own: that costs
 * time, since blocks below each other in an array are driven one after the other, and saves arrays. As many as add just
 * 1 dB, two or three, took longer than that.
 */
import type { CalibrationRecord } from '../../src/ir/calibration-record.ts';
import { roomOf } from '../../src/ir/corner.ts';
import { bundleOf, type SlicedLayer } from '../../src/ir/mapping.ts';
import { sumOf } from '../../src/math/sum.ts';
import type { Target } from '../../src/target/target.ts';
import { digitErrors } from './digit-errors.ts';
import { inputsOf, variancesOf } from './input-variances.ts';
import { rowsOfPack } from './pack-groups.ts';

/** What drives a layer. */
interface Load {
  /** Of every input, [group][row]. */
  readonly variances: Float64Array;
  /** Largest weight of every group, in any unit. */
  readonly largest: Float64Array;
}

const tolerated = 10 ** 0.1 - 1;

/**
 * @param loadOf asked for where unused cells matter
 * @returns 1, or Infinity: as many as fit
 */
export function groupsAtOnce(layer: SlicedLayer, target: Target, loadOf: () => Load): number {
  // Beside a reference column every cell of a block is programmed.
  if (target.cell.unused !== 'reset' || layer.encoding === 'offset') return Number.POSITIVE_INFINITY;
  const { of, beside } = digitErrors(layer, target);
  const { groups, rows } = layer.node;
  if (beside === 0 || groups === 1) return Number.POSITIVE_INFINITY;
  const { variances, largest } = loadOf();
  const driven = Float64Array.from({ length: groups }, (_, group) =>
    sumOf(variances.subarray(group * rows, (group + 1) * rows)),
  );
  // The weights of a column are a quarter of their largest on average, as those of a normal distribution are.
  const own = of(Math.round((layer.radix - 1) / 8));
  const most = tolerated * own * driven.reduce((sum, v, g) => sum + largest[g]! ** 2 * v, 0);
  const added = beside * besides(driven, largest, mostInBlock(layer, target));
  return added <= most ? Number.POSITIVE_INFINITY : 1;
}

/** Groups of a differential layer that fit a block. */
function mostInBlock(layer: SlicedLayer, target: Target): number {
  const { rows, columns } = layer.node;
  const room = roomOf(layer, target);
  const byRows = Math.floor(rowsOfPack(layer, room.rows) / rows / layer.repeats);
  const byColumns = Math.floor(room.columns / (2 * bundleOf(layer) * columns));
  return Math.max(1, Math.min(byRows, byColumns));
}

/** What the rows of other groups drive, in blocks of `together` groups. */
function besides(driven: Float64Array, largest: Float64Array, together: number): number {
  let sum = 0;
  for (let start = 0; start < driven.length; start += together) {
    const pack = driven.subarray(start, start + together);
    const all = sumOf(pack);
    for (const [i, own] of pack.entries()) sum += largest[start + i]! ** 2 * (all - own);
  }
  return sum;
}

/** The load of a quantized layer, of all its uses. */
export function loadOf(layer: SlicedLayer, record: CalibrationRecord): Load {
  const { node } = layer;
  const width = node.groups * node.rows;
  const largest = Float64Array.from({ length: node.groups }, (_, group) =>
    node.scales
      .subarray(group * node.columns, (group + 1) * node.columns)
      .reduce((a, b) => Math.max(a, b), 0),
  );
  return { variances: variancesOf([drivenBy(layer, record)], width), largest };
}

/** Input numbers of all uses, see inputsOf. */
export function drivenBy({ node, uses }: SlicedLayer, record: CalibrationRecord): Int32Array {
  const records = uses.map(({ output }) => record.layers.get(output)!);
  return inputsOf(records, node.groups * node.rows);
}
