/** Operators on constants that change the type of values, or make up equal ones. Doubles (or exact integers), rounded once. */
import type { Attribute } from '../ir/graph.ts';
import {
  arrays,
  type DataType,
  deferred,
  sizeOf,
  type Tensor,
  type TensorData,
  toDoubles,
} from '../math/tensor.ts';
import { elementType } from './element-types.ts';

/** Between numeric types, fractions truncated; not to floats of 16 bits and fewer, nor to integers of less than a byte. */
export function cast(x: Tensor, to: number): Tensor | undefined {
  const type = elementType(to);
  if (type === undefined || x.type === 'string') return undefined;
  if (type === x.type) return x;
  if (!castable.has(type)) return undefined;
  if (type === 'int64' || type === 'uint64') return castToLong(x, type);
  return deferred(type, x.dims, () => fromDoubles(type, toDoubles(x)!));
}

const castable = new Set<DataType>([
  'float32',
  'float64',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
]);

function castToLong(x: Tensor, type: 'int64' | 'uint64'): Tensor | undefined {
  const Long = type === 'int64' ? BigInt64Array : BigUint64Array;
  if (x.type === 'int64' || x.type === 'uint64')
    return deferred(type, x.dims, () => Long.from(x.data as BigInt64Array));
  const values = toDoubles(x)!;
  if (!values.every(Number.isFinite)) return undefined;
  return { type, dims: x.dims, data: Long.from(Array.from(values, (v) => BigInt(Math.trunc(v)))) };
}

function fromDoubles(type: DataType, values: Float64Array): TensorData {
  if (type === 'bool') return Uint8Array.from(values, (v) => (v === 0 ? 0 : 1));
  return arrays[type as 'float32'].from(values);
}

/** One value, repeated; float32 zeros without a value. */
export function constantOfShape(dims: readonly number[], value: Attribute | undefined): Tensor | undefined {
  if (dims.some((d) => d < 0)) return undefined;
  if (value === undefined) return deferred('float32', dims, () => new Float32Array(sizeOf(dims)));
  if (value.type !== 'tensor' || value.value.type === 'string' || value.value.data.length !== 1)
    return undefined;
  const { type, data } = value.value;
  return deferred(type, dims, () => (new arrays[type](sizeOf(dims)) as Float32Array).fill(data[0] as number));
}

/**
 * real = (code - zero) * scale, in the type of the scale (float32 only): per tensor, per index of an axis, or per `block` of
 * indices of it.
 * @param block 0: none
 */
export function dequantize(
  x: Tensor,
  scale: Tensor,
  zero: Tensor | undefined,
  axis: number,
  block: number,
): Tensor | undefined {
  if (x.type === 'string' || scale.type !== 'float32') return undefined;
  const along = axis < 0 ? axis + x.dims.length : axis;
  const count = sizeOf(scale.dims);
  if (block === 0 && count > 1 && scale.dims.length !== 1) return undefined;
  if (zero && sizeOf(zero.dims) !== count) return undefined;
  const length = x.dims[along] ?? 1;
  const inner = sizeOf(x.dims.slice(along + 1));
  const blocks = Math.ceil(length / block);
  if (block > 0 ? count !== (sizeOf(x.dims) / length) * blocks : count !== 1 && count !== length)
    return undefined;
  const placeOf = (flat: number): number => {
    if (block === 0) return count === 1 ? 0 : Math.floor(flat / inner) % length;
    const [row, index] = [Math.floor(flat / inner), flat % inner];
    const inBlock = Math.floor((row % length) / block);
    return (Math.floor(row / length) * blocks + inBlock) * inner + index;
  };
  return deferred('float32', x.dims, () => {
    const [codes, scales, zeros] = [toDoubles(x)!, toDoubles(scale)!, zero && toDoubles(zero)!];
    const data = new Float32Array(codes.length);
    for (let i = 0; i < data.length; i++) {
      const place = placeOf(i);
      data[i] = (codes[i]! - (zeros ? zeros[place]! : 0)) * scales[place]!;
    }
    return data;
  });
}
