/**
 * The nonlinearity of converters and drivers: a table of x -> its curve in straight pieces. Linear between the values of the
 * table and constant beyond them. A converter whose decision levels are not equally spaced has one: it decides for code k
 * from x + nonlinearity(x) = k - 1/2 on.
 */

/** One straight piece of a nonlinearity. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Of x + nonlinearity(x). */
  readonly slope: number;
}

/** x + nonlinearity(x) as a constant and pieces: constant + sum of slope * clip(x, from, to). */
export interface PiecewiseLinear {
  readonly constant: number;
  /** Neighbours have different slopes; the first begins at -infinity and the last ends at infinity. */
  readonly pieces: readonly Piece[];
}

/**
 * @param table at equally spaced points from `least` to `most`, at least two
 * @returns undefined where the table changes nothing
 */
export function piecewiseLinear(
  table: readonly number[],
  least: number,
  most: number,
): PiecewiseLinear | undefined {
  if (table.every((value) => value === 0)) return undefined;
  const width = (most - least) / (table.length - 1);
  const pieces: Piece[] = [{ from: Number.NEGATIVE_INFINITY, to: least, slope: 1 }];
  const add = (to: number, slope: number) => {
    const last = pieces.at(-1)!;
    if (slope === last.slope) pieces[pieces.length - 1] = { ...last, to };
    else pieces.push({ from: last.to, to, slope });
  };
  for (let i = 1; i < table.length; i++) add(least + i * width, 1 + (table[i]! - table[i - 1]!) / width);
  add(Number.POSITIVE_INFINITY, 1);
  // At x = least every piece after the first counts with its lower end.
  const atLeast = pieces.reduce(
    (sum, { from, to, slope }) => sum + slope * Math.min(Math.max(least, from), to),
    0,
  );
  return { constant: least + table[0]! - atLeast, pieces };
}

/** @returns x + nonlinearity(x) */
export function bend({ constant, pieces }: PiecewiseLinear, x: number): number {
  return pieces.reduce((sum, { from, to, slope }) => sum + slope * Math.min(Math.max(x, from), to), constant);
}

/** Whether x + nonlinearity(x) never falls over a range of `span`. */
export function rises(table: readonly number[], span: number): boolean {
  const width = span / (table.length - 1);
  return table.every((value, i) => i === 0 || width + value - table[i - 1]! >= 0);
}
