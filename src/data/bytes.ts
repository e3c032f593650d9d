/**
 * Turns byte ranges of data files into numbers. Uncompressed files stay on disk and are read in ranges; only what came
 * out of an archive is kept, as the bytes that it was.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type ByteSource, memorySource } from '../files/byte-source.ts';
import { toDoubles } from '../math/tensor.ts';
import { unpack } from './unpack.ts';
import { sizeOfFile } from './unreadable.ts';

type Reader = (view: DataView, offset: number, littleEndian: boolean) => number;

const readers = {
  uint8: [1, (v, o) => v.getUint8(o)],
  int8: [1, (v, o) => v.getInt8(o)],
  uint16: [2, (v, o, le) => v.getUint16(o, le)],
  int16: [2, (v, o, le) => v.getInt16(o, le)],
  int32: [4, (v, o, le) => v.getInt32(o, le)],
  int64: [8, (v, o, le) => Number(v.getBigInt64(o, le))],
  float16: [2, (v, o, le) => half(v.getUint16(o, le))],
  float32: [4, (v, o, le) => v.getFloat32(o, le)],
  float64: [8, (v, o, le) => v.getFloat64(o, le)],
} as const satisfies Record<string, readonly [size: number, read: Reader]>;

export type ElementType = keyof typeof readers;

function half(bits: number): number {
  return toDoubles({ type: 'float16', dims: [1], data: Uint16Array.of(bits) })![0]!;
}

/** Bytes of one element. */
export function elementSize(type: ElementType): number {
  return readers[type][0];
}

/** The elements that `bytes` holds; bytes themselves are returned as they are. */
export function decodeElements(
  bytes: Uint8Array,
  type: ElementType,
  littleEndian: boolean,
): Uint8Array | Float64Array {
  if (type === 'uint8') return bytes;
  const [size, read] = readers[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size, littleEndian));
}

/** Bytes of a file, as far as it has them; the first ones tell its format. Raises dataUnreadable for what is no file. */
export async function readBytes(path: string, offset: number, length: number): Promise<Uint8Array> {
  return (await fileSource(path)).read(offset, length);
}

/** The bytes of a file, on disk. Raises dataUnreadable. */
export async function fileSource(path: string): Promise<ByteSource> {
  const size = await sizeOfFile(path);
  return {
    size,
    async read(offset, length) {
      const file = await open(path);
      try {
        const most = Math.max(0, Math.min(length, size - offset));
        const { buffer, bytesRead } = await file.read(new Uint8Array(most), 0, most, offset);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
}

/** Whether these first bytes are those of a gzip file. */
function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Opens a file; a gzip file is unpacked into memory.
 * @param limit bytes that it may unpack to
 * Raises dataUnreadable and dataTooLarge.
 */
export async function openBytes(path: string, limit: number): Promise<ByteSource> {
  const file = await fileSource(path);
  if (!isGzip(await file.read(0, 2))) return file;
  return memorySource(await unpack(path, createReadStream(path), limit));
}
