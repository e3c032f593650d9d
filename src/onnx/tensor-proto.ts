/**
 * TensorProto <-> Tensor. Values come as raw_data (little-endian, at any alignment), in the typed fields, or as bytes
 * that were read from an external file; they are written as raw_data.
 */
import {
  byteLengthOf,
  type DataType,
  deferred,
  sizeOf,
  type Tensor,
  type TensorData,
} from '../math/tensor.ts';
import { elementName, elementNumber, elementType } from './element-types.ts';
import { type TensorProto, toBigInt, toNumber } from './proto.ts';

type NumericType = Exclude<DataType, 'string'>;

const arrays = {
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
} as const satisfies Record<NumericType, unknown>;

/** Bytes of one element of an ONNX element type; 0 for types that Tensor does not have. */
export function elementWidth(number: number): number {
  const type = elementType(number);
  return type === undefined || type === 'string' ? 0 : arrays[type].BYTES_PER_ELEMENT;
}

/** The bytes of a tensor in an external file. */
export interface ExternalBytes {
  readonly byteLength: number;
  /** Reads a part, synchronously, from the file. */
  readonly read: (start: number, length: number) => Uint8Array;
}

/** External data of more bytes are read when somebody asks for them, and not kept. */
const largestKept = 2 ** 20;

/** Why a TensorProto cannot be read: `corrupt` when the file is damaged, `unsupported` when only its type is foreign. */
export interface TensorProblem {
  readonly problem: 'corrupt' | 'unsupported';
  readonly reason: string;
}

/**
 * @param external the bytes of the tensor's external data, where it has any
 * @returns the tensor; views of the file's own bytes where alignment permits; deferred where the external data are large
 */
export function decodeTensor(proto: TensorProto, external?: ExternalBytes): Tensor | TensorProblem {
  const type = elementType(proto.dataType ?? 0);
  if (!type)
    return {
      problem: 'unsupported',
      reason: `elements of ${elementName(proto.dataType ?? 0)} are not supported`,
    };
  if (proto.segment) return { problem: 'unsupported', reason: 'it is stored in segments' };
  const dims = (proto.dims ?? []).map(toNumber);
  if (dims.some((d) => d < 0)) return { problem: 'corrupt', reason: `its shape is [${dims}]` };
  const size = sizeOf(dims);
  if (type === 'string')
    return checked(
      type,
      dims,
      (proto.stringData ?? []).map((s) => new TextDecoder().decode(s)),
    );
  const width = arrays[type].BYTES_PER_ELEMENT;
  const raw = external ?? (proto.rawData?.length ? proto.rawData : undefined);
  if (!raw) return checked(type, dims, fromFields(type, proto));
  if (raw.byteLength !== size * width) {
    return {
      problem: 'corrupt',
      reason: `it holds ${raw.byteLength} bytes, and shape [${dims}] needs ${size * width}`,
    };
  }
  if (raw instanceof Uint8Array) return { type, dims, data: view(type, raw, size) };
  const read = () => view(type, raw.read(0, raw.byteLength), size);
  return raw.byteLength > largestKept ? deferred(type, dims, read) : { type, dims, data: read() };
}

/** A tensor whose bytes lie in another file: `location` beside the model, from byte `offset` on. */
export function encodeExternal(name: string, tensor: Tensor, location: string, offset: number): TensorProto {
  const entries = { location, offset: String(offset), length: String(byteLengthOf(tensor)) };
  return {
    name,
    dims: [...tensor.dims],
    dataType: elementNumber(tensor.type),
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    dataLocation: 1,
  };
}

export function encodeTensor(name: string, tensor: Tensor): TensorProto {
  const base = { name, dims: [...tensor.dims], dataType: elementNumber(tensor.type) };
  const { data } = tensor;
  if (isStrings(data)) return { ...base, stringData: data.map((s) => new TextEncoder().encode(s)) };
  const { buffer, byteOffset, byteLength } = data;
  return { ...base, rawData: new Uint8Array(buffer, byteOffset, byteLength) };
}

function isStrings(data: TensorData): data is readonly string[] {
  return Array.isArray(data);
}

function checked(type: DataType, dims: readonly number[], data: TensorData): Tensor | TensorProblem {
  if (data.length === sizeOf(dims)) return { type, dims, data };
  return {
    problem: 'corrupt',
    reason: `it holds ${data.length} values, and shape [${dims}] needs ${sizeOf(dims)}`,
  };
}

function view(type: NumericType, raw: Uint8Array, size: number): TensorData {
  const aligned = raw.byteOffset % arrays[type].BYTES_PER_ELEMENT === 0 ? raw : Uint8Array.from(raw);
  return new arrays[type](aligned.buffer as ArrayBuffer, aligned.byteOffset, size);
}

/** The typed fields; small integers and 16-bit floats travel in int32_data, uint32 in uint64_data. */
function fromFields(type: NumericType, proto: TensorProto): TensorData {
  switch (type) {
    case 'float32':
      return Float32Array.from(proto.floatData ?? []);
    case 'float64':
      return Float64Array.from(proto.doubleData ?? []);
    case 'int64':
      return BigInt64Array.from(proto.int64Data ?? [], toBigInt);
    case 'uint64':
      return BigUint64Array.from(proto.uint64Data ?? [], toBigInt);
    case 'uint32':
      return Uint32Array.from(proto.uint64Data ?? [], toNumber);
    default:
      return arrays[type].from(proto.int32Data ?? []);
  }
}
