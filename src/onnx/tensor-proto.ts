/**
 * TensorProto <-> Tensor. Values come as raw_data (little-endian, at any alignment), in the typed fields, or as bytes
 * that were read from an external file; they are written as raw_data.
 */
import {
  arrays,
  byteLengthOf,
  type DataType,
  deferred,
  sizeOf,
  type Tensor,
  type TensorData,
  widthOf,
} from '../math/tensor.ts';
import { elementName, elementNumber, elementType } from './element-types.ts';
import { type TensorProto, toBigInt, toNumber } from './proto.ts';

type NumericType = Exclude<DataType, 'string'>;

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

const corrupt = (reason: string): TensorProblem => ({ problem: 'corrupt', reason });
const unsupported = (reason: string): TensorProblem => ({ problem: 'unsupported', reason });

/**
 * @param external the bytes of the tensor's external data, where it has any
 * @returns the tensor; views of the file's own bytes where alignment permits; deferred where the external data are large
 */
export function decodeTensor(proto: TensorProto, external?: ExternalBytes): Tensor | TensorProblem {
  const type = elementType(proto.dataType ?? 0);
  if (!type) return unsupported(`elements of ${elementName(proto.dataType ?? 0)} are not supported`);
  if (proto.segment) return unsupported('it is stored in segments');
  const dims = (proto.dims ?? []).map(toNumber);
  if (dims.some((d) => d < 0)) return corrupt(`its shape is [${dims}]`);
  const size = sizeOf(dims);
  if (type === 'string') {
    const strings = (proto.stringData ?? []).map((s) => new TextDecoder().decode(s));
    return checked(type, dims, strings);
  }
  const needed = size * widthOf(type);
  const raw = external ?? (proto.rawData?.length ? proto.rawData : undefined);
  if (!raw) return checked(type, dims, fromFields(type, proto));
  if (raw.byteLength !== needed)
    return corrupt(`it holds ${raw.byteLength} bytes, and shape [${dims}] needs ${needed}`);
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
  return corrupt(`it holds ${data.length} values, and shape [${dims}] needs ${sizeOf(dims)}`);
}

function view(type: NumericType, raw: Uint8Array, size: number): TensorData {
  const aligned = raw.byteOffset % widthOf(type) === 0 ? raw : Uint8Array.from(raw);
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
