/**
 * The effective conductances of a crossbar by the textbook way, as a yardstick: nodal equations, node by node along the
 * rows, by a banded Cholesky factorization, and one solve per row.
 */
import type { Cells, Wires } from '../src/wires/network.ts';

/** Siemens, [row][column]. No resistance may be zero, and wordlines have one driver. */
export function effectiveByBand({ conductances, rows, columns }: Cells, wires: Wires): Float64Array {
  const [size, band] = [2 * rows * columns, 2 * columns];
  const width = band + 1;
  // Lower band: element (k, k - d) is at k * width + d.
  const matrix = new Float64Array(size * width);
  const wordline = (i: number, j: number) => 2 * (i * columns + j);
  const connect = (a: number, b: number, siemens: number) => {
    matrix[a * width]! += siemens;
    matrix[b * width]! += siemens;
    matrix[Math.max(a, b) * width + Math.abs(a - b)]! -= siemens;
  };
  for (let i = 0; i < rows; i++) {
    matrix[wordline(i, 0) * width]! += 1 / wires.driver;
    for (let j = 0; j < columns; j++) {
      const node = wordline(i, j);
      connect(node, node + 1, conductances[i * columns + j]!);
      if (j + 1 < columns) connect(node, wordline(i, j + 1), 1 / wires.rowSegment);
      if (i + 1 < rows) connect(node + 1, wordline(i + 1, j) + 1, 1 / wires.columnSegment);
      else matrix[(node + 1) * width]! += 1 / wires.sense;
    }
  }
  factorize(matrix, size, band);

  const effective = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const voltages = new Float64Array(size);
    voltages[wordline(i, 0)] = 1 / wires.driver;
    substitute(matrix, size, band, voltages);
    for (let j = 0; j < columns; j++)
      effective[i * columns + j] = voltages[wordline(rows - 1, j) + 1]! / wires.sense;
  }
  return effective;
}

/** In place; row k of the factor is row k of the band. */
function factorize(matrix: Float64Array, size: number, band: number): void {
  const width = band + 1;
  for (let k = 0; k < size; k++) {
    const first = Math.max(0, k - band);
    const own = k * width + k;
    for (let j = first; j <= k; j++) {
      const other = j * width + j;
      let sum = matrix[own - j]!;
      for (let m = Math.max(first, j - band); m < j; m++) sum -= matrix[own - m]! * matrix[other - m]!;
      matrix[own - j] = j === k ? Math.sqrt(sum) : sum / matrix[other - j]!;
    }
  }
}

function substitute(factor: Float64Array, size: number, band: number, values: Float64Array): void {
  const width = band + 1;
  for (let k = 0; k < size; k++) {
    let sum = values[k]!;
    for (let m = Math.max(0, k - band); m < k; m++) sum -= factor[k * width + k - m]! * values[m]!;
    values[k] = sum / factor[k * width]!;
  }
  for (let k = size - 1; k >= 0; k--) {
    const value = values[k]! / factor[k * width]!;
    values[k] = value;
    for (let m = Math.max(0, k - band); m < k; m++) values[m]! -= factor[k * width + k - m]! * value;
  }
}
