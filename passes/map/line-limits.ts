/**
 * How much the integers of a column, and of a row, may add up to, so that no line is asked for more current than it stands. Of a
 * block with all of its rows at the read voltage, a column may come to
 *
 *   (largest current of a column / read voltage) x (rows of the block / rows that conduct together)
 *
 * so that blocks below each other in a bank of rows stay within the limit together; a row, likewise, to its part of what a driver
 * gives by the columns of the block.
 */
import { cornerOf } from '../../src/ir/corner.ts';
import type { MvmNode } from '../../src/ir/graph.ts';
import { lengthOf, type SlicedLayer, type Span } from '../../src/ir/mapping.ts';
import { levelStepOf } from '../../src/target/cell.ts';
import type { Target } from '../../src/target/target.ts';
import { digitRange, type SliceChoice } from './slice-weights.ts';
import { columnSpans, rowSpans } from './tile.ts';

/** Of what lies in a span of one line. */
export interface LineLimit {
  readonly span: Span;
  /** Sum of the magnitudes of what its cells hold, in digits. */
  readonly most: number;
  /** How copies share an integer. Absent: every cell holds it whole. */
  readonly shared?: Pick<SlicedLayer, 'copies' | 'digitsPerOne'>;
}

/** Digits that a copy holds at most of an integer, see digitsOf. */
export function mostHeld({ shared }: LineLimit, integer: number): number {
  const size = Math.abs(integer);
  return shared ? Math.ceil((shared.digitsPerOne * size) / shared.copies) : size;
}

/** Digits that a copy holds of a real number of integer steps, on average. */
export const meanHeld = ({ shared }: LineLimit, steps: number): number =>
  shared ? (shared.digitsPerOne * steps) / shared.copies : steps;

/** Sum of what copies hold on average so that, each rounded up to a whole digit, they are about within the limit. @param cells of the sum */
export function roomOfMeans(limit: LineLimit, cells: number): number {
  if (!limit.shared) return limit.most;
  let above = 0;
  for (let rest = 0; rest < limit.shared.copies; rest++)
    above += mostHeld(limit, rest) - meanHeld(limit, rest);
  return limit.most - (cells * above) / limit.shared.copies;
}

/** Cells of a column that hold digits of one sign, about. */
export const ofOneSign = ({ span }: LineLimit): number => lengthOf(span) / 2;

export interface LineLimits {
  /** Of a column's positive integers, and of its negative ones, by rows. */
  readonly columns: readonly LineLimit[];
  /** Of a row's integers, by columns. */
  readonly rows: readonly LineLimit[];
}

export const anything: LineLimits = { columns: [], rows: [] };

/** Of the largest integer: what a column that stands less is not squeezed into. */
const leastRoom = 1 / 4;

/**
 * @param node of which the shape is asked
 * @returns no limits where anything goes, where digits of several cells make up an integer, or where there is hardly any room
 */
export function lineLimits(
  node: Pick<MvmNode, 'groups' | 'rows' | 'columns' | 'geometry'>,
  choice: SliceChoice,
  target: Target,
  weightMax: number,
): LineLimits {
  const { cell, driver, wires } = target;
  if (!wires || choice.encoding !== 'differential' || choice.slices > 1) return anything;
  const corner = cornerOf(choice, target);
  const together = wires.idleRows === 'gated' ? Math.min(corner.rows, driver.rowsAtOnce) : corner.rows;
  const perRow = wires.maxColumnCurrent / driver.vRead / together - cell.gUseMin;
  const perPair = 2 * (wires.maxDriverCurrent / driver.vRead / corner.columns - cell.gUseMin);
  const { copies } = choice;
  const { levelStep, digitsPerOne } = digitRange(choice, target, weightMax);
  const step = levelStep * levelStepOf(cell);
  const tiled = { ...choice, repeats: choice.repeats === 'auto' ? 1 : choice.repeats };
  const shared = digitsPerOne < copies && { shared: { copies, digitsPerOne } };
  const limit = (each: number) => (span: Span) => ({
    span,
    most: Math.floor((lengthOf(span) * each) / step),
    ...shared,
  });
  const limits = {
    columns: rowSpans(node, tiled, target).map(limit(perRow)),
    // Rows of a group have few columns, beside those of other groups, which have all different weights.
    rows: node.groups > 1 ? [] : columnSpans(node, tiled, target).map(limit(perPair)),
  };
  const isRoomy = (each: LineLimit, cells: number) =>
    roomOfMeans(each, cells) >= leastRoom * meanHeld(each, weightMax);
  const room =
    limits.columns.every((each) => isRoomy(each, ofOneSign(each))) &&
    limits.rows.every((each) => isRoomy(each, lengthOf(each.span)));
  return room ? limits : anything;
}
