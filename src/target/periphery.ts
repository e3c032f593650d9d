/**
 * Errors of the converters and of the input drivers, as a target describes them: one interface per optional section.
 *
 *   x    = sum G / step (1 + gain) + zero + offset          what a converter is given, in its codes
 *   code = clip(round(x + nonlinearity(x)), -2^(bits-1), 2^(bits-1) - 1)
 *   a row that is driven with digit d sees (d + nonlinearity(d)) (1 + gain) times the read voltage of one step
 *
 * A nonlinearity is a table, linear between its values and constant beyond them. A converter whose decision levels are not
 * equally spaced is one: it decides for code k from x + nonlinearity(x) = k - 1/2 on.
 */

/** Of the analogue-to-digital converters. Gain and offset belong to a converter, and so to all columns that share it. */
export interface AdcErrors {
  /** Relative spread of the gain from converter to converter. */
  readonly gainSpread: number;
  /** Spread of the offset from converter to converter (codes). */
  readonly offsetSpread: number;
  /** Integral nonlinearity (codes) at equally spaced codes, from the lowest to the highest; of all converters alike. */
  readonly nonlinearity: readonly number[];
}

/** Of the digital-to-analogue converters on the rows. */
export interface DriverErrors {
  /** Relative spread of the gain from row to row. */
  readonly gainSpread: number;
  /** Integral nonlinearity (steps) at equally spaced levels, from 0 to the highest; of all drivers alike. */
  readonly nonlinearity: readonly number[];
}

/** All sections; an error is off where its section is absent. */
export interface Periphery {
  readonly adcErrors?: AdcErrors | undefined;
  readonly driverErrors?: DriverErrors | undefined;
}

/** One straight piece of a nonlinearity. */
interface Piece {
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
