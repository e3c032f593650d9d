/**
 * Which cells of a column are written again, and to what: the errors of its weights, and how its inputs vary together -> level
 * codes that make up for them. As rounding with error feedback does (passes/integers/round-weights.ts), but where the errors are
 * those that were measured: of all cells the one is taken that, told another code, takes most of the expected error of the
 * outputs away, with the errors of all others known and its own next one not; and so on, until none is worth a write.
 *
 *   error of the outputs    e^T C e - (w^T C e)^2 / (w^T C w) + sum over the rows of C_rr v_r
 *
 * with w the weights, e their errors, v what is not known of them, and C the covariance of the inputs. The second term is what
 * the gain of the column takes away, which is fitted afterwards.
 */
import type { Span } from '../kernels/input-covariance.ts';
import type { Foresight } from './foresight.ts';

/** One entry per cell. */
export interface CellStates {
  readonly row: Int32Array;
  /** Integer weights per siemens. */
  readonly weight: Float64Array;
  /** 1 where it may be written. */
  readonly free: Uint8Array;
  /** Least and largest code that it may be told. */
  readonly least: Int32Array;
  readonly most: Int32Array;
  /** Expected conductance (S) and its variance when the chip is used. Changed to what they are after the writes. */
  readonly expected: Float64Array;
  readonly variance: Float64Array;
}

export interface Choice {
  /** By cell, its new code; -1 for one that stays. */
  readonly codes: Int32Array;
  /** Expected error of the outputs before and after, and w^T C w, in the same unit. */
  readonly before: number;
  readonly after: number;
  readonly signal: number;
}

/** Share of a column's expected error that one more write must take away: at most this, or what a row has on average. */
const worthwhile = 0.02;

/**
 * @param wanted weights, by row
 * @param written what comes of a cell that is written now, by code
 */
export function chooseWrites(
  spans: readonly Span[],
  wanted: Float64Array,
  cells: CellStates,
  written: Pick<Foresight, 'later' | 'variance'>,
): Choice {
  const { row, weight, free, least, most, expected, variance } = cells;
  const rows = wanted.length;
  const error = wanted.map((w) => -w);
  const unknown = new Float64Array(rows);
  for (let n = 0; n < row.length; n++) {
    error[row[n]!]! += weight[n]! * expected[n]!;
    unknown[row[n]!]! += weight[n]! ** 2 * variance[n]!;
  }
  const [byWanted, byError] = [times(spans, wanted), times(spans, error)];
  const signal = dot(wanted, byWanted);
  const codes = new Int32Array(row.length).fill(-1);
  if (!(signal > 0)) return { codes, before: 0, after: 0, signal: 0 };
  const own = diagonal(spans, rows);
  let along = dot(wanted, byError);
  const left = () => dot(error, byError) - along ** 2 / signal + dot(own, unknown);
  const before = left();
  let now = before;
  const tried: Try = { cell: -1, code: -1, change: 0 };
  // By row: curvature and slope of the error along its weight's, and what could be taken away if it were free.
  const curves = own.map((variance, r) => variance - byWanted[r]! ** 2 / signal);
  const [pulls, gains] = [new Float64Array(rows), new Float64Array(rows)];
  for (;;) {
    tried.change = -Math.min(worthwhile, 1 / rows) * now;
    tried.cell = -1;
    for (let r = 0; r < rows; r++) {
      pulls[r] = byError[r]! - (byWanted[r]! * along) / signal;
      gains[r] = curves[r]! > 0 ? pulls[r]! ** 2 / curves[r]! : Number.NEGATIVE_INFINITY;
    }
    for (let n = 0; n < row.length; n++) {
      const r = row[n]!;
      const perVariance = own[r]! * weight[n]! ** 2;
      // No code could take more away.
      if (-gains[r]! - perVariance * variance[n]! >= tried.change || !free[n]) continue;
      const aim = expected[n]! - pulls[r]! / curves[r]! / weight[n]!;
      const code = Math.min(most[n]!, Math.max(least[n]!, nearest(written.later, aim)));
      const step = weight[n]! * (written.later[code]! - expected[n]!);
      const doubt = perVariance * (written.variance[code]! - variance[n]!);
      const change = curves[r]! * step ** 2 + 2 * step * pulls[r]! + doubt;
      if (change < tried.change) Object.assign(tried, { cell: n, code, change });
    }
    const { cell, code } = tried;
    if (cell < 0) break;
    const r = row[cell]!;
    const step = weight[cell]! * (written.later[code]! - expected[cell]!);
    unknown[r]! += weight[cell]! ** 2 * (written.variance[code]! - variance[cell]!);
    error[r]! += step;
    along += byWanted[r]! * step;
    addRow(spans, r, step, byError);
    expected[cell] = written.later[code]!;
    variance[cell] = written.variance[code]!;
    codes[cell] = code;
    now = left();
  }
  return { codes, before, after: now, signal };
}

interface Try {
  cell: number;
  code: number;
  change: number;
}

/** The code whose conductance is nearest; they rise. */
function nearest(levels: Float64Array, aim: number): number {
  let [low, high] = [0, levels.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (levels[middle]! <= aim) low = middle;
    else high = middle;
  }
  return aim - levels[low]! <= levels[high]! - aim ? low : high;
}

function times(spans: readonly Span[], vector: Float64Array): Float64Array {
  const product = new Float64Array(vector.length);
  for (const [r, value] of vector.entries()) if (value !== 0) addRow(spans, r, value, product);
  return product;
}

/** Adds `factor` times a row of C. */
function addRow(spans: readonly Span[], row: number, factor: number, to: Float64Array): void {
  for (const { start, covariance } of spans) {
    const length = Math.sqrt(covariance.length);
    const own = row - start;
    if (own < 0 || own >= length) continue;
    for (let r = 0; r < own; r++) to[start + r]! += factor * covariance[r * length + own]!;
    for (let r = own; r < length; r++) to[start + r]! += factor * covariance[own * length + r]!;
  }
}

function diagonal(spans: readonly Span[], rows: number): Float64Array {
  const own = new Float64Array(rows);
  for (const { start, covariance } of spans) {
    const length = Math.sqrt(covariance.length);
    for (let r = 0; r < length; r++) own[start + r] = covariance[r * length + r]!;
  }
  return own;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
