/**
 * Results that take time, kept in a folder under the hash of all that they follow from: no run computes again what another
 * one has. A store only saves time; where its folder cannot be read or written, everything is computed.
 */
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './hash.ts';
import { writeInPlace } from './write-file.ts';

export interface ResultStore {
  /**
   * @param kind what the result is, in a word
   * @param of all that it follows from, as plain data
   * @returns the result that was kept for the same; undefined where there is none
   */
  recall<R>(kind: string, of: unknown): Promise<R | undefined>;
  /** @param result plain data; typed arrays and maps among it stay what they are */
  keep(kind: string, of: unknown, result: unknown): Promise<void>;
}

/** Where nothing is kept. */
export const noStore: ResultStore = { recall: async () => undefined, keep: async () => undefined };

const defaultBytes = 2 ** 30;
/** Hexadecimal digits of SHA-256, before what is kept. */
const hashLength = 64;

/**
 * @param folder made when something is kept
 * @param code hash of the code that computes: other code, other results
 * @param mostBytes from here on those that were used longest ago are removed
 */
export function openStore(folder: string, code: string, mostBytes = defaultBytes): ResultStore {
  const pathOf = (kind: string, of: unknown) =>
    join(folder, `${sha256(canonicalJson({ kind, of, code }))}.${kind}`);
  return {
    async recall<R>(kind: string, of: unknown) {
      const path = pathOf(kind, of);
      const bytes = await readFile(path).catch(() => undefined);
      if (bytes === undefined) return undefined;
      const kept = bytes.subarray(hashLength);
      if (sha256(kept) !== bytes.toString('latin1', 0, hashLength)) return undefined;
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
      return deserialize(kept) as R;
    },
    async keep(kind, of, result) {
      const kept = serialize(result);
      const bytes = Buffer.concat([Buffer.from(sha256(kept), 'latin1'), kept]);
      try {
        await mkdir(folder, { recursive: true });
        await writeInPlace(pathOf(kind, of), bytes, true);
        await prune(folder, mostBytes);
      } catch {
        // A full disk or a folder of somebody else costs time, and no result.
      }
    },
  };
}

/** What `compute` gives, once for all runs. */
export async function recalled<R>(
  store: ResultStore,
  kind: string,
  of: unknown,
  compute: () => Promise<R>,
): Promise<R> {
  const kept = await store.recall<R>(kind, of);
  if (kept !== undefined) return kept;
  const result = await compute();
  await store.keep(kind, of, result);
  return result;
}

async function prune(folder: string, mostBytes: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { size, mtimeMs } = await stat(path);
      return { path, size, used: mtimeMs };
    }),
  );
  let bytes = 0;
  for (const { path, size } of files.sort((a, b) => b.used - a.used)) {
    bytes += size;
    if (bytes > mostBytes) await rm(path, { force: true });
  }
}
