/** Packed bytes -> the bytes that they unpack to, never more than a limit: what a file promises is not believed. */
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { checkLimit } from './limit.ts';
import { unreadable } from './unreadable.ts';

/**
 * @param packed a gzip file (RFC 1952)
 * @param expected length of the result, where it is told
 * Raises dataUnreadable where the bytes are damaged, and dataTooLarge.
 */
export async function unpack(
  place: string,
  packed: AsyncIterable<Uint8Array>,
  limit: number,
  expected = 0,
): Promise<Uint8Array> {
  const check = (size: number) => checkLimit(place, 'what this file unpacks to', size, limit);
  check(expected);
  let bytes: Uint8Array = new Uint8Array(expected);
  let length = 0;
  let within = true;
  await pipeline(packed, createGunzip(), async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) {
      within = length + chunk.length <= limit;
      // What is left of the file is not unpacked.
      if (!within) return;
      if (length + chunk.length > bytes.length) bytes = grown(bytes, length + chunk.length, limit);
      bytes.set(chunk, length);
      length += chunk.length;
    }
  }).catch((error: NodeJS.ErrnoException) => {
    if (!within) return;
    if (!error.code?.startsWith('Z_')) throw error;
    throw unreadable(place, `this packed file is damaged (${error.message})`);
  });
  if (!within) check(limit + 1);
  return bytes.subarray(0, length);
}

function grown(bytes: Uint8Array, least: number, limit: number): Uint8Array {
  const more = new Uint8Array(Math.min(limit, Math.max(least, 2 * bytes.length, 2 ** 16)));
  more.set(bytes);
  return more;
}
