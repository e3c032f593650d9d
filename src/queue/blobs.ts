/** Files on their way from the submitter to workers, by their SHA-256: in Redis, or in a folder that all machines see. */
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { besideName, tidyBeside } from '../files/beside.ts';
import { blobKey } from './names.ts';

/** Nothing that it gives is to be trusted before its hash is checked. */
export interface BlobStore {
  /** Whether it is there as a whole; it then stays for some hours more. */
  has(sha256: string): Promise<boolean>;
  /** Puts the file at `path` there, in place of what there is. */
  put(sha256: string, path: string): Promise<void>;
  /** Its bytes; nothing where it is not there as a whole. */
  read(sha256: string): AsyncIterable<Uint8Array>;
  remove(sha256: string): Promise<void>;
}

/** Bytes of a piece: Redis serves others between two. */
const chunkLength = 2 ** 20;
/** A file larger than this is none. */
const mostBytes = 2 ** 36;
/** Redis forgets files that no submitter has asked for since (s). */
const keptFor = 24 * 3600;

/** A hash of pieces by their number, and `bytes`, which is written last. */
export function redisBlobs(redis: Redis): BlobStore {
  return {
    async has(sha256) {
      const [whole, kept] = await Promise.all([
        redis.hexists(blobKey(sha256), 'bytes'),
        redis.expire(blobKey(sha256), keptFor),
      ]);
      return whole === 1 && kept === 1;
    },
    async put(sha256, path) {
      const key = blobKey(sha256);
      const file = await open(path);
      try {
        let bytes = 0;
        for (let i = 0; ; i++) {
          const chunk = Buffer.alloc(chunkLength);
          const length = await fill(file, chunk, bytes);
          if (length === 0) break;
          await redis.hset(key, String(i), chunk.subarray(0, length));
          if (i === 0) await redis.expire(key, keptFor);
          bytes += length;
        }
        await redis.hset(key, 'bytes', String(bytes));
        await redis.expire(key, keptFor);
      } finally {
        await file.close();
      }
    },
    async *read(sha256) {
      const key = blobKey(sha256);
      const bytes = (await redis.hstrlen(key, 'bytes')) > 20 ? 0 : Number(await redis.hget(key, 'bytes'));
      if (!Number.isSafeInteger(bytes) || bytes > mostBytes) return;
      for (let at = 0, i = 0; at < bytes; at += chunkLength, i++) {
        const field = String(i);
        if ((await redis.hstrlen(key, field)) > chunkLength) return;
        const chunk = await redis.hgetBuffer(key, field);
        if (!chunk) return;
        yield chunk;
      }
    },
    async remove(sha256) {
      await redis.unlink(blobKey(sha256));
    },
  };
}

async function fill(
  file: Awaited<ReturnType<typeof open>>,
  chunk: Buffer,
  position: number,
): Promise<number> {
  let length = 0;
  while (length < chunk.length) {
    const { bytesRead } = await file.read(chunk, length, chunk.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

/** The user's folder: what lies there stays there, for the next study. */
export function folderBlobs(folder: string): BlobStore {
  const placeOf = (sha256: string) => join(folder, sha256);
  const isThere = (path: string) =>
    stat(path).then(
      (entry) => entry.isFile(),
      () => false,
    );
  return {
    has: (sha256) => isThere(placeOf(sha256)),
    async put(sha256, path) {
      const place = placeOf(sha256);
      await mkdir(folder, { recursive: true });
      await tidyBeside(place);
      const beside = besideName(place, 'new');
      try {
        await copyFile(path, beside);
        await rename(beside, place);
      } finally {
        await rm(beside, { force: true });
      }
    },
    async *read(sha256) {
      if (await isThere(placeOf(sha256))) yield* createReadStream(placeOf(sha256));
    },
    remove: async () => undefined,
  };
}
