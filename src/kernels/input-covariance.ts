/**
 * How the inputs of a layer vary together: its calibration vectors -> covariances of spans of its rows, by which errors of weights
 * are weighed where they make up for each other. In spans, so that the work grows in proportion to the weights.
 */
import type { LayerRecord } from '../ir/calibration-record.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { inputProducts } from './input-products.ts';

/** Rows that share their rounding errors. */
const spanRows = 128;

/** Rows that make up for each other, and how their inputs vary together: the upper triangle, [row][row]. */
export interface Span {
  readonly start: number;
  readonly covariance: Float64Array;
}

/** The spans of a matrix with so many rows. */
export function spansOf(rows: number): { readonly start: number; readonly length: number }[] {
  return Array.from({ length: Math.ceil(rows / spanRows) }, (_, span) => {
    const start = span * spanRows;
    return { start, length: Math.min(rows - start, spanRows) };
  });
}
/** Input vectors that the covariance is taken over: several times as many as rows. */
const vectorsFor = (rows: number): number => Math.max(256, 4 * rows);

/**
 * How the inputs of consecutive rows vary together over the vectors of all uses, each less its own mean, which every
 * use's own bias makes up for. In codes of the first use, times the number of vectors.
 * @returns the upper triangle, row i's with row j at i * rows + j
 */
export function inputCovariance(
  records: readonly LayerRecord[],
  firstRow: number,
  rows: number,
): Float64Array {
  const result = new Float64Array(rows * rows);
  const most = Math.ceil(vectorsFor(rows) / records.length);
  for (const record of records) {
    const taken = evenlySpread(record.count, most);
    const { products, stride, unit } = inputProducts(record, taken, firstRow, rows);
    const scale = ((unit * record.quantization.scale) / records[0]!.quantization.scale) ** 2;
    for (let i = 0; i < rows; i++) {
      const mean = products[i * stride + rows]! / taken.length;
      for (let j = i; j < rows; j++)
        result[i * rows + j]! += scale * (products[i * stride + j]! - mean * products[j * stride + rows]!);
    }
  }
  return result;
}
