/** Matrices that lie one after the other -> their transposes, in a new array. */

/** [matrix][row][column] -> [matrix][column][row]. */
export function transposed<T extends Float32Array | Float64Array | Int8Array>(
  values: T,
  rows: number,
  columns: number,
): T {
  const result = values.slice() as T;
  for (let first = 0; first < values.length; first += rows * columns) {
    // A few rows at a time: whole ones would leave the cache before their next column comes.
    for (let start = 0; start < rows; start += rowsAtOnce) {
      const end = Math.min(start + rowsAtOnce, rows);
      for (let column = 0; column < columns; column++) {
        for (let row = start; row < end; row++)
          result[first + column * rows + row] = values[first + row * columns + column]!;
      }
    }
  }
  return result;
}

const rowsAtOnce = 16;
