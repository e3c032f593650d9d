/**
 * The directory of a zip archive on disk, and the bytes of its files. Layout: PKWARE's APPNOTE.TXT, 6.3.10, sections
 * 4.3.7 (local head), 4.3.12 (directory), 4.3.14 to 16 (ends) and 4.5.3 (64-bit fields).
 */
import { createReadStream } from 'node:fs';
import { type ByteSource, memorySource } from '../files/byte-source.ts';
import { gzipHead } from '../files/zip.ts';
import { unpack } from './unpack.ts';
import { unreadable } from './unreadable.ts';

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packed: number;
  readonly size: number;
  /** Where its local head is. */
  readonly at: number;
}

const [localMark, entryMark, endMark, wideMark] = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50];
const [localLength, entryLength, endLength, locatorLength, wideLength] = [30, 46, 22, 20, 56];
/** The end of the directory may be followed by a comment of 16-bit length. */
const longestEnd = endLength + 0xffff;
const unset = 0xffffffff;
const [storedMethod, deflateMethod] = [0, 8];

/** Files of an archive by their names. Raises dataUnreadable. */
export async function readZipDirectory(
  path: string,
  bytes: ByteSource,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const fail = () => unreadable(path, 'this .npz archive is damaged (its directory cannot be read)');
  const { count, offset, end } = await findDirectory(bytes, fail);
  if (offset > end) throw fail();
  const directory = Buffer.from(await bytes.read(offset, end - offset));
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + entryLength > directory.length || directory.readUInt32LE(at) !== entryMark) throw fail();
    const nameEnd = at + entryLength + directory.readUInt16LE(at + 28);
    const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
    if (extraEnd > directory.length) throw fail();
    const name = directory.toString('utf8', at + entryLength, nameEnd);
    entries.set(name, { name, ...fieldsOf(directory, at, directory.subarray(nameEnd, extraEnd)) });
    at = extraEnd + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** Where the directory is: `end` is the first byte after it. */
async function findDirectory(bytes: ByteSource, fail: () => Error) {
  const from = Math.max(0, bytes.size - longestEnd);
  const tail = Buffer.from(await bytes.read(from, bytes.size - from));
  let at = tail.length - endLength;
  // The comment may hold anything, such as the mark itself: its length tells.
  const isEnd = (i: number) =>
    tail.readUInt32LE(i) === endMark && i + endLength + tail.readUInt16LE(i + 20) === tail.length;
  while (at >= 0 && !isEnd(at)) at--;
  if (at < 0) throw fail();
  const [count, offset, end] = [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 16), from + at];
  if (offset !== unset && count !== 0xffff) return { count, offset, end };
  const locator = at - locatorLength;
  if (locator < 0) throw fail();
  const wideAt = Number(tail.readBigUInt64LE(locator + 8));
  const wide = Buffer.from(await bytes.read(Math.min(wideAt, bytes.size), wideLength));
  if (wide.length < wideLength || wide.readUInt32LE(0) !== wideMark) throw fail();
  return { count: Number(wide.readBigUInt64LE(32)), offset: Number(wide.readBigUInt64LE(48)), end: wideAt };
}

/** Sizes of 4 GiB and more stand in an extra field of number 1, those that do not fit alone and in this order. */
function fieldsOf(directory: Buffer, at: number, extra: Buffer): Omit<ZipEntry, 'name'> {
  let wide: Buffer = Buffer.alloc(0);
  for (let from = 0; from + 4 <= extra.length; from += 4 + extra.readUInt16LE(from + 2))
    if (extra.readUInt16LE(from) === 1)
      wide = extra.subarray(from + 4, from + 4 + extra.readUInt16LE(from + 2));
  let next = 0;
  const field = (where: number): number => {
    const value = directory.readUInt32LE(at + where);
    if (value !== unset || next + 8 > wide.length) return value;
    next += 8;
    return Number(wide.readBigUInt64LE(next - 8));
  };
  const [size, packed, local] = [field(24), field(20), field(42)];
  const [method, checksum] = [directory.readUInt16LE(at + 10), directory.readUInt32LE(at + 16)];
  return { method, checksum, packed, size, at: local };
}

/**
 * The bytes of a file in an archive: of one that is stored as it is they stay on disk, others are unpacked into memory.
 * Raises dataUnreadable, and dataTooLarge for one that unpacks to more than `limit` bytes.
 */
export async function openZipEntry(
  path: string,
  archive: ByteSource,
  entry: ZipEntry,
  limit: number,
): Promise<ByteSource> {
  const { name, method, packed, size, at } = entry;
  const place = `${path}: ${name}`;
  const head = Buffer.from(await archive.read(Math.min(at, archive.size), localLength));
  const start =
    head.length < localLength ? -1 : at + localLength + head.readUInt16LE(26) + head.readUInt16LE(28);
  if (start < 0 || head.readUInt32LE(0) !== localMark || start + packed > archive.size)
    throw unreadable(place, 'this .npz archive is damaged (the file is not where its directory says)');
  if (method === storedMethod && packed === size)
    return {
      size,
      read: (offset, length) => archive.read(start + offset, Math.max(0, Math.min(length, size - offset))),
    };
  if (method !== deflateMethod)
    throw unreadable(place, `it is packed by method ${method}, which is not read`);
  const bytes = await unpack(place, asGzip(path, start, entry), limit, size);
  return memorySource(bytes);
}

/** A deflated file of a zip as a gzip file, which has the same checksum and size behind: they are checked there. */
async function* asGzip(
  path: string,
  start: number,
  { packed, checksum, size }: ZipEntry,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield gzipHead;
  if (packed > 0) yield* createReadStream(path, { start, end: start + packed - 1 });
  const behind = Buffer.alloc(8);
  behind.writeUInt32LE(checksum, 0);
  behind.writeUInt32LE(size % 2 ** 32, 4);
  yield behind;
}
