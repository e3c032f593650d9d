/** Numbers of every calibration vector, column by column: [vector][column] -> moments, and what is left beside another series. */
import { addMatrixProducts } from '../../src/kernels/matrix-products.ts';

/** [vector][column]. */
export interface Series {
  readonly values: Float64Array;
  readonly columns: number;
}

/** All zero. */
export function openSeries(vectors: number, columns: number): Series {
  return { values: new Float64Array(vectors * columns), columns };
}

/** A series to which the products of inputs and weights are added. @param weights [row][column] */
export interface Weighted {
  readonly series: Series;
  readonly weights: Float64Array;
}

/** Adds the products of inputs and weights. @param driven [vector][row], none of them infinite */
export function addProducts(driven: Float64Array, rows: number, all: readonly Weighted[]): void {
  const products = all.map(({ series: { values, columns }, weights }) => ({
    out: values,
    by: weights,
    columns,
  }));
  addMatrixProducts(driven, rows, false, products);
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

/** Covariance of every input with every column of directions, squared, [row][column]: the parts of its variance along these. */
export function partsAlong(
  directions: readonly Series[],
  driven: Float64Array,
  rows: number,
): readonly Float64Array[] {
  const vectors = driven.length / rows;
  const products = directions.map(({ values, columns }) => ({
    out: new Float64Array(rows * columns),
    by: values,
    columns,
  }));
  addMatrixProducts(
    driven.map((input) => input / vectors),
    vectors,
    true,
    products,
  );
  return products.map(({ out }) => out.map((covariance) => covariance ** 2));
}
