/** Neighbouring columns of a block whose converters have one range: their sums are pooled. */
import type { ColumnSums } from './column-sums.ts';

export interface SharedSums {
  readonly seen: ColumnSums;
  /** Columns that see this. */
  readonly columns: number;
}

/**
 * @param sums column by column, each valid until the next
 * @param size columns of a group; the last one may have fewer
 */
export function* shareRanges(sums: Iterable<ColumnSums>, size: number): Generator<SharedSums> {
  let group: ColumnSums[] = [];
  for (const seen of sums) {
    if (size === 1) {
      yield { seen, columns: 1 };
      continue;
    }
    group.push(kept(seen));
    if (group.length < size) continue;
    yield { seen: pool(group), columns: size };
    group = [];
  }
  if (group.length > 0) yield { seen: pool(group), columns: group.length };
}

/** Sums that stay valid when the next column is asked for. */
export function kept(seen: ColumnSums): ColumnSums {
  return { ...seen, values: seen.values.slice(), counts: seen.counts.slice() };
}

/** The sums of several columns as those of one. */
function pool(columns: readonly ColumnSums[]): ColumnSums {
  const length = columns.reduce((sum, { values }) => sum + values.length, 0);
  const values = new Float64Array(length);
  const counts = new Uint32Array(length);
  let [at, least, most] = [0, 0, 0];
  for (const column of columns) {
    values.set(column.values, at);
    counts.set(column.counts, at);
    at += column.values.length;
    least = Math.min(least, column.least);
    most = Math.max(most, column.most);
  }
  return { values, counts, least, most };
}
