/**
 * Weights as users index them: a convolution's as [output channel, channel within the group, positions of the kernel], as ONNX
 * stores them; a product's as [row, column] of the matrix that it multiplies by, input before output.
 */
import { indexOf, numberOf } from '../math/multi-index.ts';
import { type QuantizedMvmNode, volumeOf } from './graph.ts';

type Matrix = Pick<QuantizedMvmNode, 'geometry' | 'groups' | 'rows' | 'columns'>;

/** How many weights there are along every axis of such an index. */
export function weightDims({ geometry, groups, rows, columns }: Matrix): readonly number[] {
  if (geometry.kind === 'matmul') return [groups * rows, columns];
  return [groups * columns, rows / volumeOf(geometry), ...geometry.kernel];
}

/**
 * The weight's number in the order of the layer's integers, [group][row][column].
 * @param index within `weightDims`
 */
export function weightNumber(matrix: Matrix, index: readonly number[]): number {
  const { geometry, rows, columns } = matrix;
  const [first = 0, ...rest] = index;
  if (geometry.kind === 'matmul') return first * columns + rest[0]!;
  const row = numberOf(weightDims(matrix).slice(1), rest);
  return (Math.floor(first / columns) * rows + row) * columns + (first % columns);
}

/** The index of a weight, by its number. */
export function weightIndex(matrix: Matrix, number: number): readonly number[] {
  const { geometry, rows, columns } = matrix;
  const [line, column] = [Math.floor(number / columns), number % columns];
  if (geometry.kind === 'matmul') return [line, column];
  const [group, row] = [Math.floor(line / rows), line % rows];
  return [group * columns + column, ...indexOf(weightDims(matrix).slice(1), row)];
}
