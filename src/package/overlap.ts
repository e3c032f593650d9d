/** Whether rectangles of cells on one array overlap. */

export interface Rectangle {
  readonly row: number;
  readonly column: number;
  readonly height: number;
  readonly width: number;
}

/** From the top down: `free` says from which row on every column is free. @param columns of the array */
export function overlapIn(rectangles: readonly Rectangle[], columns: number): boolean {
  const free = new Int32Array(columns);
  for (const { row, column, height, width } of rectangles.toSorted((a, b) => a.row - b.row)) {
    for (let at = column; at < column + width; at++) {
      if (free[at]! > row) return true;
      free[at] = row + height;
    }
  }
  return false;
}
