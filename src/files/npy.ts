/** NumPy's .npy form (NEP 1, version 1.0) of the arrays of packages, of saved chips, and of what is exported. */
import { sizeOf } from '../math/tensor.ts';

const descriptions = {
  uint8: '|u1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  float32: '<f4',
} as const;
/** What holds the elements. */
const holders = {
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
} as const;
const preamble = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0);

export type NpyType = keyof typeof descriptions;

export interface NpyArray {
  readonly type: NpyType;
  readonly dims: readonly number[];
  readonly data: Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array;
}

/** What stands before the elements: 64 bytes, or a multiple. */
export function npyHeader(type: NpyType, dims: readonly number[]): Uint8Array {
  const shape = dims.length === 1 ? `${dims[0]},` : dims.join(', ');
  const header = `{'descr': '${descriptions[type]}', 'fortran_order': False, 'shape': (${shape}), }`;
  // The elements start at a multiple of 64 bytes; the header ends in a line feed.
  const start = Math.ceil((preamble.length + 2 + header.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start).fill(0x20);
  bytes.set(preamble);
  new DataView(bytes.buffer).setUint16(preamble.length, start - preamble.length - 2, true);
  bytes.set(Buffer.from(header, 'latin1'), preamble.length + 2);
  bytes[start - 1] = 0x0a;
  return bytes;
}

export function encodeNpy({ type, dims, data }: NpyArray): Uint8Array {
  const header = npyHeader(type, dims);
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return bytes;
}

/**
 * Reads what `encodeNpy` wrote.
 * @param memory of the elements
 * @throws Error where the bytes are no such array, or not as many as its shape asks for
 */
export function decodeNpy(
  bytes: Uint8Array,
  memory: ArrayBufferConstructor | SharedArrayBufferConstructor = ArrayBuffer,
): NpyArray {
  if (bytes.length < preamble.length + 2 || preamble.some((byte, i) => bytes[i] !== byte))
    throw new Error('not an array in .npy form, version 1.0');
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint16(preamble.length, true);
  const start = preamble.length + 2 + headerLength;
  const header = Buffer.from(bytes.subarray(preamble.length + 2, start)).toString('latin1');
  const type = (Object.keys(holders) as NpyType[]).find((t) => header.includes(`'${descriptions[t]}'`));
  const shape = /'shape': \(([\d, ]*)\)/.exec(header)?.[1];
  const ordered = header.includes("'fortran_order': False");
  if (!type || shape === undefined || !ordered) throw new Error('an array of another type or order');
  const dims = shape
    .split(',')
    .filter((d) => d.trim() !== '')
    .map(Number);
  const length = sizeOf(dims) * holders[type].BYTES_PER_ELEMENT;
  if (bytes.length - start !== length)
    throw new Error(
      `an array of [${dims.join(', ')}] takes ${length} bytes, and has ${bytes.length - start}`,
    );
  // A copy, because wide elements need an aligned start; the slice of a Buffer would be none.
  const elements = new Uint8Array(new memory(length));
  elements.set(bytes.subarray(start, start + length));
  const holder: { new (memory: ArrayBufferLike): NpyArray['data'] } = holders[type];
  return { type, dims, data: new holder(elements.buffer) };
}
