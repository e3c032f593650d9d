/** Matrices of a few rows that are symmetric and positive definite, but for rounding. */
import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix';

/** Without what rounding makes of its symmetry. */
export function inverted(matrix: Matrix): Matrix {
  if (matrix.rows === 0) return matrix;
  const made = inverse(matrix);
  return Matrix.add(made, made.transpose()).mul(0.5);
}

/** The lower factor. */
export const cholesky = (matrix: Matrix): Matrix => new CholeskyDecomposition(matrix).lowerTriangularMatrix;

export const areFinite = (matrix: Matrix): boolean => matrix.to1DArray().every(Number.isFinite);

/** NaN where its numbers are none. */
export function logDeterminant(matrix: Matrix): number {
  if (!areFinite(matrix)) return Number.NaN;
  const symmetric = Matrix.add(matrix, matrix.transpose()).mul(0.5);
  const lower = cholesky(symmetric);
  let sum = 0;
  for (let i = 0; i < matrix.rows; i++) sum += 2 * Math.log(lower.get(i, i));
  return sum;
}

export const matrixOf = (rows: readonly (readonly number[])[]) =>
  rows.length === 0 ? Matrix.zeros(0, 0) : new Matrix(rows.map((row) => [...row]));
export const columnOf = (values: readonly number[]) => Matrix.columnVector([...values]);
/** Sum of the products of their numbers. */
export const dot = (a: Matrix, b: Matrix): number => {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) for (let j = 0; j < a.columns; j++) sum += a.get(i, j) * b.get(i, j);
  return sum;
};
