/**
 * One layer of a chip that was read: readings of its cells -> the codes that some of them are told next, and what error of its
 * outputs that leaves. A job, because layers do not know of each other.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { LayerRecord } from '../ir/calibration-record.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { inputCovariance, type Span, spansOf } from '../kernels/input-covariance.ts';
import { readIntegers } from '../lower/reference.ts';
import type { Package } from '../package/open.ts';
import { type Cell, levelConductance } from '../target/cell.ts';
import type { Job } from '../threads/pool.ts';
import { type CellStates, chooseWrites } from './choose-writes.ts';
import { type Foresight, isOutlying } from './foresight.ts';
import { type ColumnCells, columnsOfCells } from './matrix-cells.ts';

/**
 * Share of their variance in which inputs are taken to go their own ways. Some hundred vectors do not tell to the last which errors
 * make up for each other, and what a column is told now will not be the last that happens to its cells.
 */
const doubt = 0.3;

/**
 * Share of the levels by which a cell may be told another one than its program did. What many of them make up for in sum, such as
 * one that does not respond, a single plane of inputs may not need: it would drive converters out of their ranges.
 */
const reach = 1 / 16;

/** The uses of one matrix. */
export interface RewrittenLayer {
  readonly uses: readonly [CrossbarLayer, ...CrossbarLayer[]];
  /** Its cells were told what reading others left to be made up. */
  readonly residual: boolean;
}

export interface RewriteContext {
  readonly pkg: Pick<Package, 'reference' | 'record'>;
  readonly layers: readonly RewrittenLayer[];
  readonly cell: Cell;
  /** Columns of an array. */
  readonly width: number;
  /** By array and cell: what was read (S), the codes that cells were told first and last, and the pass that wrote them. */
  readonly readings: readonly Float32Array[];
  readonly first: readonly Int32Array[];
  readonly last: readonly Int32Array[];
  readonly passes: readonly Uint8Array[];
  /** By pass, what readings of its cells say; and of those that are written now, without a reading. */
  readonly foresights: readonly Foresight[];
  readonly written: Foresight;
}

export interface LayerWrites {
  /** One entry per cell that is written. */
  readonly array: readonly number[];
  readonly cell: readonly number[];
  readonly code: readonly number[];
  /** Expected error of the outputs, and their signal, in the same unit. */
  readonly before: number;
  readonly after: number;
  readonly signal: number;
}

export const job: Job<RewriteContext, number, LayerWrites> = {
  module: import.meta.url,
  open: (context) => ({ run: (number) => rewriteLayer(context, context.layers[number]!) }),
};

function rewriteLayer(context: RewriteContext, { uses, residual }: RewrittenLayer): LayerWrites {
  const { pkg, width } = context;
  const [layer] = uses;
  const { rows, columns, scales } = layer;
  const records = uses.map(({ output }): LayerRecord => {
    const record = pkg.record.layers.get(output);
    if (!record) throw new InternalError('rewrite', `no calibration vectors of ${output}`);
    return record;
  });
  const integers = residual ? readIntegers(pkg.reference, layer) : undefined;
  const writes = { array: [] as number[], cell: [] as number[], code: [] as number[] };
  const sums = { before: 0, after: 0, signal: 0 };
  let spans: readonly Span[] = [];
  for (const [output, cells] of columnsOfCells(layer, width).entries()) {
    const group = Math.floor(output / columns);
    const own = output % columns;
    if (own === 0)
      spans = spansOf(rows).map(({ start, length }) => {
        return { start, covariance: withDoubt(inputCovariance(records, group * rows + start, length)) };
      });
    const wanted = integers
      ? Float64Array.from({ length: rows }, (_, row) => integers[(group * rows + row) * columns + own]!)
      : weightsOf(cells, context, rows);
    const { codes, ...found } = chooseWrites(spans, wanted, statesOf(cells, context), context.written);
    for (const [n, code] of codes.entries()) {
      if (code < 0) continue;
      writes.array.push(cells.array[n]!);
      writes.cell.push(cells.cell[n]!);
      writes.code.push(code);
    }
    // Errors of columns add up as they are at the layer's outputs.
    const scale = scales[output]! ** 2;
    for (const name of ['before', 'after', 'signal'] as const) sums[name] += scale * found[name];
  }
  return { ...writes, ...sums };
}

/** Every input's variance has a share that it has in common with no other. */
function withDoubt(covariance: Float64Array): Float64Array {
  const rows = Math.sqrt(covariance.length);
  for (let r = 0; r < rows; r++) covariance[r * rows + r]! *= 1 + doubt;
  return covariance;
}

/** The weights that the cells of a column were programmed to be, by row: levels that make up for wires among them. */
function weightsOf(
  { array, cell, row, weight }: ColumnCells,
  { first, cell: levels }: RewriteContext,
  rows: number,
): Float64Array {
  const wanted = new Float64Array(rows);
  for (let n = 0; n < row.length; n++) {
    const code = first[array[n]!]![cell[n]!]!;
    wanted[row[n]!]! += weight[n]! * levelConductance(levels, code);
  }
  return wanted;
}

function statesOf({ array, cell, row, weight, free }: ColumnCells, context: RewriteContext): CellStates {
  const { readings, first, last, passes, foresights } = context;
  const expected = new Float64Array(row.length);
  const variance = new Float64Array(row.length);
  const able = free.slice();
  const [least, most] = [new Int32Array(row.length), new Int32Array(row.length)];
  const top = context.cell.levels - 1;
  for (let n = 0; n < row.length; n++) {
    const [a, c] = [array[n]!, cell[n]!];
    const [read, code] = [readings[a]![c]!, last[a]![c]!];
    const foresight = foresights[passes[a]![c]!]!;
    const usual = foresight.reading[code]!;
    least[n] = Math.max(0, Math.ceil(first[a]![c]! - reach * top));
    most[n] = Math.min(top, Math.floor(first[a]![c]! + reach * top));
    if (isOutlying(foresight, code, read)) {
      // It moves as it likes, but it goes on from where it is.
      expected[n] = read + foresight.later[code]! - usual;
      able[n] = 0;
    } else {
      expected[n] = foresight.later[code]! + foresight.slope[code]! * (read - usual);
      variance[n] = foresight.left[code]!;
    }
  }
  return { row, weight, free: able, least, most, expected, variance };
}
