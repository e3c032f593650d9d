/** Files that a worker has from the queue: each is taken once, and nothing is used that has not the hash by which it was asked for. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { blobUnavailable } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { besideName, tidyBeside } from '../files/beside.ts';
import { sha256File } from '../files/hash.ts';
import type { BlobStore } from './blobs.ts';

export interface BlobCache {
  /**
   * @returns the path of the file
   * @throws DiagnosticError queue/blob where no store has it, or has something else
   */
  fetch(sha256: string): Promise<string>;
}

/** What was not used for so long makes room (ms). */
const unusedFor = 7 * 24 * 3600 * 1000;

/**
 * @param folder of this machine, which several workers may share
 * @param stores asked one after the other
 */
export async function openCache(folder: string, stores: readonly BlobStore[]): Promise<BlobCache> {
  await mkdir(folder, { recursive: true });
  await removeUnused(folder);
  const taken = new Map<string, Promise<string>>();
  return {
    fetch(sha256) {
      const known = taken.get(sha256);
      if (known) return known;
      const path = take(folder, stores, sha256);
      taken.set(sha256, path);
      path.catch(() => taken.delete(sha256));
      return path;
    },
  };
}

async function take(folder: string, stores: readonly BlobStore[], sha256: string): Promise<string> {
  const place = join(folder, sha256);
  if (existsSync(place) && (await sha256File(place)) === sha256) {
    const now = new Date();
    await utimes(place, now, now);
    return place;
  }
  await tidyBeside(place);
  let got: string | undefined;
  for (const store of stores) {
    const beside = besideName(place, 'new');
    try {
      const found = await write(beside, store.read(sha256));
      if (found === sha256) {
        await rename(beside, place);
        return place;
      }
      got ??= found;
    } finally {
      await rm(beside, { force: true });
    }
  }
  throw new DiagnosticError([blobUnavailable(sha256, got)]);
}

/** @returns the hash of what was written; undefined where there was nothing */
async function write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const hash = createHash('sha256');
  let length = 0;
  const file = await open(path, 'wx');
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      length += chunk.length;
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
  return length === 0 ? undefined : hash.digest('hex');
}

async function removeUnused(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const entry = await stat(path).catch(() => undefined);
    if (entry?.isFile() && Date.now() - entry.mtimeMs > unusedFor) await rm(path, { force: true });
  }
}
