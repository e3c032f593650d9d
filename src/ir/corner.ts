/**
 * How much of its arrays a layer may fill -> the corner of an array that its blocks lie in: the rows next to the sensed end of the
 * columns, and the columns next to the drivers. Behind wires, cells beyond it load the lines and take signal, even where the rest of
 * the array is left unformed for it.
 */
import type { Target } from '../target/target.ts';

/** Fields as options have them; absent: all that an array has. */
export interface Fill {
  readonly rowsUsed?: number;
  readonly columnsUsed?: number;
}

/** Rows and columns of cells. */
export interface Room {
  readonly rows: number;
  readonly columns: number;
}

export function cornerOf(fill: Fill, { array }: Pick<Target, 'array'>): Room {
  return { rows: fill.rowsUsed ?? array.rows, columns: fill.columnsUsed ?? array.columns };
}

/** What a block of a layer may take at most: as much of the corner as is driven at once. */
export function roomOf(fill: Fill, target: Pick<Target, 'array' | 'driver'>): Room {
  const { rows, columns } = cornerOf(fill, target);
  return { rows: Math.min(rows, target.driver.rowsAtOnce), columns };
}
