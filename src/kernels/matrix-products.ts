/** Sums of products of matrices, added to matrices that are there, in the order of what is summed over. */
import { type Kernel, reserve } from './instantiate.ts';
import { assembleProducts, bytes, rowBytes, tile } from './strip-products.ts';

/** out[i][j] += sum over k of factor(i, k) by[k][j] */
export interface AddedProduct {
  readonly out: Float64Array;
  readonly by: Float64Array;
  readonly columns: number;
}

let kernel: Kernel | undefined;
let numbers = new Float64Array(0);

const strips = (count: number) => Math.ceil(count / tile);

/**
 * Adds products that have a factor in common.
 * @param factor [row][k]; [k][row] where it is `turned`
 * @param depth how many numbers are summed over, at least one
 */
export function addMatrixProducts(
  factor: Float64Array,
  depth: number,
  turned: boolean,
  products: readonly AddedProduct[],
): void {
  const rows = factor.length / depth;
  const widest = Math.max(...products.map(({ columns }) => strips(columns)));
  const ofFactor = strips(rows) * tile * depth;
  const ofBy = widest * tile * depth;
  const stride = widest * tile;
  const sums = ofFactor + ofBy;
  kernel ??= assembleProducts();
  reserve(kernel, (sums + strips(rows) * tile * stride) * bytes);
  if (numbers.buffer !== kernel.memory.buffer) numbers = new Float64Array(kernel.memory.buffer);
  if (turned) packRows(factor, depth, rows, 0);
  else packColumns(factor, rows, depth, 0);
  const strip = depth * rowBytes;
  for (const { out, by, columns } of products) {
    packRows(by, depth, columns, ofFactor);
    for (let i = 0; i < rows; i++)
      numbers.set(out.subarray(i * columns, (i + 1) * columns), sums + i * stride);
    const place = [sums * bytes, stride * bytes, rowBytes] as const;
    kernel.run(
      ...[0, ofFactor * bytes, strip, strip, ...place, ...place],
      ...[strips(rows) * strip, strips(columns) * strip, 0],
    );
    for (let i = 0; i < rows; i++)
      out.set(numbers.subarray(sums + i * stride, sums + i * stride + columns), i * columns);
  }
}

/** [k][column] into strips; what fills up the last is left as it is, since it reaches no sum that is read. */
function packRows(matrix: Float64Array, depth: number, columns: number, start: number): void {
  for (let column = 0; column < columns; column += tile) {
    const width = Math.min(tile, columns - column);
    let to = start + column * depth;
    for (let at = column; at < matrix.length; at += columns, to += tile)
      for (let c = 0; c < width; c++) numbers[to + c] = matrix[at + c]!;
  }
}

/** [column][k] into strips. */
function packColumns(matrix: Float64Array, columns: number, depth: number, start: number): void {
  for (let column = 0; column < columns; column++) {
    const to = start + (column - (column % tile)) * depth + (column % tile);
    const from = column * depth;
    for (let k = 0; k < depth; k++) numbers[to + k * tile] = matrix[from + k]!;
  }
}
