/** A SparseTensorProto, values at indices and zeros elsewhere -> the Tensor. */
import { arrays, bytesFor, sizeOf, type Tensor, type TensorData, toDoubles } from '../math/tensor.ts';
import { type SparseTensorProto, type TensorProto, toNumber } from './proto.ts';
import { decodeTensor, type ExternalBytes, type TensorProblem } from './tensor-proto.ts';

/** Bytes of a tensor that a few bytes of a file may become. */
const largest = 2 ** 29;

/** Indices are flat, [count], or one per axis, [count, rank]. */
export function decodeSparse(
  { values, indices, dims = [] }: SparseTensorProto,
  external: ReadonlyMap<TensorProto, ExternalBytes>,
): Tensor | TensorProblem {
  const corrupt = (reason: string): TensorProblem => ({ problem: 'corrupt', reason });
  if (!values || !indices) return corrupt('it is sparse, and has no values or no indices');
  const stored = decodeTensor(values, external.get(values));
  if ('reason' in stored) return stored;
  const places = decodeTensor(indices, external.get(indices));
  if ('reason' in places) return places;
  const shape = dims.map(toNumber);
  const size = sizeOf(shape);
  const { type } = stored;
  const count = sizeOf(stored.dims);
  if (type === 'string' || places.type !== 'int64')
    return corrupt('it is sparse, of strings or with indices that are not int64');
  if (shape.some((d) => d < 0)) return corrupt(`its shape is [${shape}]`);
  if (bytesFor(type, size) > largest)
    return {
      problem: 'unsupported',
      reason: `it is sparse, and as a dense tensor of shape [${shape}] it would take ${bytesFor(type, size)} bytes (${largest} at most)`,
    };
  const flat = flatIndices(toDoubles(places)!, count, shape);
  if (!flat || flat.some((at) => !(at >= 0 && at < size)))
    return corrupt(`it is sparse, and its indices do not fit its ${count} values and shape [${shape}]`);
  const data: { [at: number]: number | bigint | string } = new arrays[type](size);
  flat.forEach((at, i) => {
    data[at] = stored.data[i]!;
  });
  return { type, dims: shape, data: data as TensorData };
}

/** @returns undefined where there are not as many as values, or an index lies beyond its axis */
function flatIndices(
  indices: Float64Array,
  count: number,
  shape: readonly number[],
): readonly number[] | undefined {
  if (indices.length === count) return Array.from(indices);
  if (indices.length !== count * shape.length) return undefined;
  const rows = Array.from({ length: count }, (_, i) =>
    indices.subarray(i * shape.length, (i + 1) * shape.length),
  );
  if (rows.some((row) => row.some((at, axis) => !(at >= 0 && at < shape[axis]!)))) return undefined;
  return rows.map((row) => row.reduce((flat, at, axis) => flat * shape[axis]! + at, 0));
}
