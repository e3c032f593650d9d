/** Operators on constants that compute. Doubles (or exact integers), rounded once to the result's type. */
import type { Attribute } from '../ir/graph.ts';
import {
  arrays,
  type DataType,
  deferred,
  derived,
  sizeOf,
  type Tensor,
  type TensorData,
  toDoubles,
} from '../math/tensor.ts';
import { elementType } from './element-types.ts';

export const binaries = ['Add', 'Sub', 'Mul', 'Div', 'Pow'] as const;
type Binary = (typeof binaries)[number];

const doubles: Readonly<Record<Binary, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
};

const integers: Readonly<Record<Exclude<Binary, 'Pow'>, (a: bigint, b: bigint) => bigint>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** Elementwise with numpy's broadcasting; float32, float64, int32 and int64. Integer division truncates. */
export function binary(op: Binary, a: Tensor, b: Tensor): Tensor | undefined {
  if (a.type !== b.type || (op === 'Pow' && !a.type.startsWith('float'))) return undefined;
  const rank = Math.max(a.dims.length, b.dims.length);
  const pad = (dims: readonly number[]) => [...Array<number>(rank - dims.length).fill(1), ...dims];
  const [p, q] = [pad(a.dims), pad(b.dims)];
  if (p.some((d, i) => d !== q[i] && d !== 1 && q[i] !== 1)) return undefined;
  const dims = p.map((d, i) => (d === 1 ? q[i]! : d));
  const [ia, ib] = [broadcastIndex(p, dims), broadcastIndex(q, dims)];
  const size = sizeOf(dims);
  const [x, y] = [a.data, b.data];
  if (op !== 'Pow' && x instanceof BigInt64Array && y instanceof BigInt64Array) {
    if (op === 'Div' && y.includes(0n)) return undefined;
    const data = BigInt64Array.from({ length: size }, (_, i) => integers[op](x[ia(i)]!, y[ib(i)]!));
    return { type: a.type, dims, data };
  }
  const isFloat = a.type === 'float32' || a.type === 'float64';
  const unsafe = op === 'Mul' || (op === 'Div' && (y as Int32Array).includes(0));
  if (!isFloat && (a.type !== 'int32' || unsafe)) return undefined;
  const apply = (_: unknown, i: number) => doubles[op](Number(x[ia(i)]), Number(y[ib(i)]));
  return { type: a.type, dims, data: arrays[a.type].from(Float64Array.from({ length: size }, apply)) };
}

/** From a flat index into `dims` to one into `from`, whose axes of size 1 are repeated. */
export function broadcastIndex(from: readonly number[], dims: readonly number[]): (flat: number) => number {
  if (sizeOf(from) === sizeOf(dims)) return (flat) => flat;
  if (sizeOf(from) === 1) return () => 0;
  return (flat) => {
    let [rest, index, stride] = [flat, 0, 1];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const i = rest % dims[axis]!;
      rest = (rest - i) / dims[axis]!;
      if (from[axis] !== 1) index += i * stride;
      stride *= from[axis]!;
    }
    return index;
  };
}

/** Between numeric types, fractions truncated; not to 16-bit floats. */
export function cast(x: Tensor, to: number): Tensor | undefined {
  const type = elementType(to);
  if (type === undefined || x.type === 'string') return undefined;
  if (type === x.type) return x;
  if ((type === 'int64' || type === 'uint64') && x.type !== 'int64' && x.type !== 'uint64') {
    const values = toDoubles(x)!;
    if (!values.every(Number.isFinite)) return undefined;
    const whole = Array.from(values, (v) => BigInt(Math.trunc(v)));
    return {
      type,
      dims: x.dims,
      data: type === 'int64' ? BigInt64Array.from(whole) : BigUint64Array.from(whole),
    };
  }
  if (x.deferred && type === 'float32') {
    return deferred(type, x.dims, () => Float32Array.from(toDoubles(x)!));
  }
  const data = fromDoubles(type, () => toDoubles(x)!);
  return data && { type, dims: x.dims, data };
}

function fromDoubles(type: DataType, values: () => Float64Array): TensorData | undefined {
  switch (type) {
    case 'string':
    case 'int64':
    case 'uint64':
    case 'float16':
    case 'bfloat16':
      return undefined;
    case 'bool':
      return Uint8Array.from(values(), (v) => (v === 0 ? 0 : 1));
    default:
      return arrays[type].from(values());
  }
}

/** Values that one typed array can hold everywhere. */
const largestConstant = 2 ** 31;

/** One value, repeated; float32 zeros without a value. */
export function constantOfShape(dims: readonly number[], value: Attribute | undefined): Tensor | undefined {
  if (dims.some((d) => d < 0) || sizeOf(dims) > largestConstant) return undefined;
  if (value === undefined) return { type: 'float32', dims, data: new Float32Array(sizeOf(dims)) };
  if (value.type !== 'tensor' || value.value.data.length !== 1) return undefined;
  const { type, data } = value.value;
  const size = sizeOf(dims);
  if (data instanceof BigInt64Array) return { type, dims, data: new BigInt64Array(size).fill(data[0]!) };
  if (type === 'float32') return { type, dims, data: new Float32Array(size).fill(Number(data[0])) };
  const filled = fromDoubles(type, () => new Float64Array(size).fill(Number(data[0])));
  return filled && { type, dims, data: filled };
}

/** real = (code - zero) * scale, in the type of the scale (float32 only), per tensor or per index of an axis. */
export function dequantize(
  x: Tensor,
  scale: Tensor,
  zero: Tensor | undefined,
  axis: number,
): Tensor | undefined {
  if (x.type === 'string' || scale.type !== 'float32') return undefined;
  const scales = toDoubles(scale)!;
  const zeros = zero ? toDoubles(zero)! : new Float64Array(scales.length);
  const along = axis < 0 ? axis + x.dims.length : axis;
  const perAxis = scales.length > 1;
  if (zeros.length !== scales.length || (perAxis && x.dims[along] !== scales.length)) return undefined;
  const inner = perAxis ? sizeOf(x.dims.slice(along + 1)) : sizeOf(x.dims) || 1;
  return derived([x], 'float32', x.dims, () => {
    const codes = toDoubles(x)!;
    const data = new Float32Array(codes.length);
    for (let i = 0; i < data.length; i++) {
      const c = Math.floor(i / inner) % scales.length;
      data[i] = (codes[i]! - zeros[c]!) * scales[c]!;
    }
    return data;
  });
}
