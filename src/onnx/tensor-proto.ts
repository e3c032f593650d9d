/**
 * TensorProto <-> Tensor. Values come as raw_data (little-endian, at any alignment), in the typed fields, or as bytes
 * that were read from an external file; they are written as raw_data.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import {
  arrays,
  byteLengthOf,
  bytesFor,
  type DataType,
  deferred,
  packedBitsOf,
  sizeOf,
  type Tensor,
  type TensorData,
} from '../math/tensor.ts';
import { elementName, elementNumber, elementType } from './element-types.ts';
import { pack, unpack } from './packed.ts';
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
  const needed = bytesFor(type, size);
  const raw = external ?? (proto.rawData?.length ? proto.rawData : undefined);
  if (!raw) return checked(type, dims, fromFields(type, proto, size));
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
  return { ...base, rawData: bytesOf(tensor) };
}

/** The values of a tensor that holds no strings, as files hold them. */
export function bytesOf({ type, data }: Tensor): Uint8Array {
  if (!ArrayBuffer.isView(data)) throw new InternalError('onnx/tensor-proto', 'strings have no bytes');
  const bits = packedBitsOf(type);
  return bits ? pack(data as Int8Array, bits) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function isStrings(data: TensorData): data is readonly string[] {
  return Array.isArray(data);
}

function checked(type: DataType, dims: readonly number[], data: TensorData): Tensor | TensorProblem {
  if (data.length === sizeOf(dims)) return { type, dims, data };
  return corrupt(`it holds ${data.length} values, and shape [${dims}] needs ${sizeOf(dims)}`);
}

function view(type: NumericType, raw: Uint8Array, size: number): TensorData {
  const bits = packedBitsOf(type);
  if (bits) return new arrays[type](unpack(raw, size, bits, type.startsWith('int')).buffer as ArrayBuffer);
  const aligned = raw.byteOffset % arrays[type].BYTES_PER_ELEMENT === 0 ? raw : Uint8Array.from(raw);
  return new arrays[type](aligned.buffer as ArrayBuffer, aligned.byteOffset, size);
}

/** The typed fields; small integers and floats travel in int32_data, uint32 in uint64_data. */
function fromFields(type: NumericType, proto: TensorProto, size: number): TensorData {
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
    default: {
      const values = proto.int32Data ?? [];
      const isWhole = packedBitsOf(type) && values.length === bytesFor(type, size);
      return isWhole ? view(type, Uint8Array.from(values), size) : arrays[type].from(values);
    }
  }
}
