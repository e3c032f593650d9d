/** Level codes of an array -> what its cells conduct. */
import { levelConductance } from '../target/cell.ts';
import type { Target } from '../target/target.ts';

/**
 * Siemens.
 * @param codes of levels; -1 where no weight is
 * @param levels what cells conduct, by code. Default: what levels say
 */
export function conductancesOf(
  codes: Int16Array,
  cell: Target['cell'],
  levels: Float64Array = levelConductances(cell),
): Float64Array<ArrayBuffer> {
  const idle = idleConductance(cell);
  const cells = new Float64Array(codes.length);
  for (let c = 0; c < cells.length; c++) cells[c] = codes[c]! < 0 ? idle : levels[codes[c]!]!;
  return cells;
}

/** By code, siemens. */
export function levelConductances(cell: Target['cell']): Float64Array {
  return Float64Array.from({ length: cell.levels }, (_, code) => levelConductance(cell, code));
}

/** Of a cell that no weight uses. */
export function idleConductance({ unused, gMin, gUnformed }: Target['cell']): number {
  return unused === 'reset' ? gMin : gUnformed;
}
