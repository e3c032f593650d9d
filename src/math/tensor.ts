/** Dense tensors in row-major order, the values that constants, samples and results are made of. */
export type DataType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
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

/** `data` holds product(dims) values; float16 and bfloat16 are kept as their 16-bit patterns, bool as 0 and 1 bytes. */
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

/** Bytes of one value; 0 for strings, which have no size of their own. */
export function widthOf(type: DataType): number {
  return type === 'string' ? 0 : arrays[type].BYTES_PER_ELEMENT;
}

/** Bytes of a tensor's values, without a look at them; 0 for strings. */
export function byteLengthOf({ type, dims }: Tensor): number {
  return widthOf(type) * sizeOf(dims);
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, d) => product * d, 1);
}

export function float32(dims: readonly number[], data: Float32Array | readonly number[]): Tensor {
  return { type: 'float32', dims, data: data instanceof Float32Array ? data : Float32Array.from(data) };
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
  if (tensor.type === 'float16') return Float64Array.from(tensor.data as Uint16Array, halfToNumber);
  if (tensor.type === 'bfloat16') return Float64Array.from(tensor.data as Uint16Array, bfloatToNumber);
  // Copying between numeric typed arrays is far faster than mapping their elements.
  if (tensor.type !== 'int64' && tensor.type !== 'uint64')
    return new Float64Array(tensor.data as ArrayLike<number>);
  return Float64Array.from(tensor.data as ArrayLike<bigint>, Number);
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function bfloatToNumber(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}
