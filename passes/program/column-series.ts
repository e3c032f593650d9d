/** Numbers of every calibration vector, column by column: [vector][column] -> moments, and what is left beside another series. */

/** [vector][column]. */
export interface Series {
  readonly values: Float64Array;
  readonly columns: number;
}

/** All zero. */
export function openSeries(vectors: number, columns: number): Series {
  return { values: new Float64Array(vectors * columns), columns };
}

/** Adds the products of inputs and weights. @param driven [vector][row] @param weights [row][column] */
export function addProducts({ values, columns }: Series, driven: Float64Array, weights: Float64Array): void {
  const rows = weights.length / columns;
  for (let v = 0, at = 0; at < driven.length; v++)
    for (let r = 0; r < rows; r++, at++) {
      const input = driven[at]!;
      if (input === 0) continue;
      for (let c = 0; c < columns; c++) values[v * columns + c]! += input * weights[r * columns + c]!;
    }
}

/** Deviations from the mean of every column. */
export function centered({ values, columns }: Series): Series {
  const vectors = values.length / columns;
  const means = new Float64Array(columns);
  for (let at = 0; at < values.length; at++) means[at % columns]! += values[at]! / vectors;
  return { values: values.map((value, at) => value - means[at % columns]!), columns };
}

/** Mean products of two centered series, by column: their covariances. */
export function products(a: Series, b: Series): Float64Array {
  const sums = new Float64Array(a.columns);
  const vectors = a.values.length / a.columns;
  for (let at = 0; at < a.values.length; at++)
    sums[at % a.columns]! += (a.values[at]! * b.values[at]!) / vectors;
  return sums;
}

/** A centered series as a direction, of variance 1 in every column that varies. */
export function direction(series: Series): Series {
  const variances = products(series, series);
  const { values, columns } = series;
  return { values: values.map((value, at) => value / (Math.sqrt(variances[at % columns]!) || 1)), columns };
}

/** What a centered series is without its part along a direction. */
export function beside(series: Series, along: Series): Series {
  const shares = products(series, along);
  const { values, columns } = series;
  return { values: values.map((value, at) => value - shares[at % columns]! * along.values[at]!), columns };
}

/** Covariance of every input with every column of a direction, squared, [row][column]: the part of its variance along it. */
export function partsAlong(along: Series, driven: Float64Array, rows: number): Float64Array {
  const { values, columns } = along;
  const vectors = values.length / columns;
  const parts = new Float64Array(rows * columns);
  for (let v = 0, at = 0; v < vectors; v++)
    for (let r = 0; r < rows; r++, at++) {
      const input = driven[at]! / vectors;
      if (input === 0) continue;
      for (let c = 0; c < columns; c++) parts[r * columns + c]! += input * values[v * columns + c]!;
    }
  return parts.map((covariance) => covariance ** 2);
}
