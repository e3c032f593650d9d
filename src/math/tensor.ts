/** Dense tensors in row-major order, the values that constants, samples and results are made of. */
import { type SmallFloat, smallFloat } from './small-floats.ts';

export type DataType =
  | 'float32'
  | 'float64'
  | SmallFloat
  | 'int2'
  | 'uint2'
  | 'int4'
  | 'uint4'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'
  | 'string';

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

/**
 * `data` holds product(dims) values; floats of 16 bits and fewer are kept as their bit patterns, bool as 0 and 1 bytes, and
 * integers of 2 and 4 bits in a byte each.
 */
export interface Tensor {
  readonly type: DataType;
  readonly dims: readonly number[];
  readonly data: TensorData;
  /** Every look at `data` makes the values anew, and nobody keeps them: look once, and never spread such a tensor. */
  readonly deferred?: true;
}

/** A tensor too large to keep, whose values `make` reads or computes at every look. */
export function deferred(type: DataType, dims: readonly number[], make: () => TensorData): Tensor {
  return {
    type,
    dims,
    deferred: true,
    get data() {
      return make();
    },
  };
}

/** A tensor computed from `sources` by `make`: deferred if one of those is. */
export function derived(
  sources: readonly Tensor[],
  type: DataType,
  dims: readonly number[],
  make: () => TensorData,
): Tensor {
  return sources.some((t) => t.deferred) ? deferred(type, dims, make) : { type, dims, data: make() };
}

/** What holds the values of every type but strings. */
export const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float8e4m3fn: Uint8Array,
  float8e4m3fnuz: Uint8Array,
  float8e5m2: Uint8Array,
  float8e5m2fnuz: Uint8Array,
  float8e8m0: Uint8Array,
  float4e2m1: Uint8Array,
  int2: Int8Array,
  uint2: Uint8Array,
  int4: Int8Array,
  uint4: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies Record<Exclude<DataType, 'string'>, unknown>;

/** Bits of one value where several lie in a byte; undefined for all other types. */
export function packedBitsOf(type: DataType): 2 | 4 | undefined {
  if (type === 'int4' || type === 'uint4' || type === 'float4e2m1') return 4;
  return type === 'int2' || type === 'uint2' ? 2 : undefined;
}

/** Bytes of `size` values as files hold them; 0 for strings, which have no size of their own. */
export function bytesFor(type: DataType, size: number): number {
  if (type === 'string') return 0;
  const packed = packedBitsOf(type);
  return packed ? Math.ceil((size * packed) / 8) : size * arrays[type].BYTES_PER_ELEMENT;
}

/** Bytes of a tensor's values as files hold them, without a look at them; 0 for strings. */
export function byteLengthOf({ type, dims }: Tensor): number {
  return bytesFor(type, sizeOf(dims));
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, d) => product * d, 1);
}

export function float32(dims: readonly number[], data: Float32Array | readonly number[]): Tensor {
  return { type: 'float32', dims, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

export function float64(dims: readonly number[], data: Float64Array | readonly number[]): Tensor {
  return { type: 'float64', dims, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

export function int8(dims: readonly number[], data: Int8Array): Tensor {
  return { type: 'int8', dims, data };
}

export function uint8(dims: readonly number[], data: Uint8Array | readonly number[]): Tensor {
  return { type: 'uint8', dims, data: data instanceof Uint8Array ? data : Uint8Array.from(data) };
}

export function int32(dims: readonly number[], data: Int32Array | readonly number[]): Tensor {
  return { type: 'int32', dims, data: data instanceof Int32Array ? data : Int32Array.from(data) };
}

export function int64(dims: readonly number[], values: readonly number[]): Tensor {
  return { type: 'int64', dims, data: BigInt64Array.from(values, BigInt) };
}

/**
 * The values as doubles, whatever numeric type they are stored in.
 * @returns length product(dims); `undefined` for strings
 */
export function toDoubles(tensor: Tensor): Float64Array | undefined {
  if (tensor.type === 'string') return undefined;
  const small = smallFloat(tensor.type);
  if (small) return Float64Array.from(tensor.data as Uint16Array, small);
  // Copying between numeric typed arrays is far faster than mapping their elements.
  if (tensor.type !== 'int64' && tensor.type !== 'uint64')
    return new Float64Array(tensor.data as ArrayLike<number>);
  return Float64Array.from(tensor.data as ArrayLike<bigint>, Number);
}
