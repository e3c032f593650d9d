/**
 * Reads a file whole, or says in words why not: a person may name a folder, a pipe that nobody writes to, or a device without
 * an end.
 */
import { constants, createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nearNames } from '../text/near-names.ts';

/** Bytes of a file that people write: options, targets, preprocessing. */
export const mostWritten = 2 ** 20;
/** Bytes of a file that programs write: fault maps, bitstreams as text. The longest text that this runtime holds is twice as long. */
export const mostGenerated = 2 ** 28;

/** Why nothing was read. */
export interface Unread {
  /** As part of a sentence. */
  readonly reason: string;
  /** The path is to blame, and not what lies there: there is nothing, or a folder, or it may not be read. */
  readonly wrongPath?: true;
  /** Paths that may have been meant. */
  readonly near?: readonly string[];
}

/** There is nothing at `path`; names beside it that may have been meant. */
export async function missing(path: string, what = 'file'): Promise<Unread> {
  const [name, ending] = [basename(path), extname(path)];
  const stem = basename(path, ending);
  const beside = await readdir(dirname(path)).catch(() => []);
  const stems = beside.filter((other) => extname(other) === ending).map((other) => basename(other, ending));
  // Of names of one or two letters every other is near.
  const likely = stem.length < 3 ? [] : nearNames(stem, stems);
  const near = likely.map((other) => path.slice(0, path.lastIndexOf(name)) + other + ending);
  return { reason: `there is no such ${what}`, wrongPath: true, near };
}

/**
 * @param most bytes that are read
 * @returns the text, or why there is none, as part of a sentence
 */
export async function readText(path: string, most: number): Promise<{ readonly text: string } | Unread> {
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of bytesOf(path)) {
      length += chunk.length;
      if (length > most) return { reason: `it has more than ${most / 2 ** 20} MiB` };
      chunks.push(chunk);
    }
    return { text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    return unread(path, error);
  }
}

/** @returns all bytes of a plain file, or why there are none, as part of a sentence */
export async function readBytes(path: string): Promise<{ readonly bytes: Buffer } | Unread> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const entry = await file.stat();
      if (entry.isFile()) return { bytes: await file.readFile() };
      return entry.isDirectory() ? isFolder : { reason: 'it is no plain file' };
    } finally {
      await file.close();
    }
  } catch (error) {
    return unread(path, error);
  }
}

export const isFolder: Unread = { reason: 'it is a folder', wrongPath: true };

/** What a system error says, without the path, which stands beside it. */
async function unread(path: string, error: unknown): Promise<Unread> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return missing(path);
  if (code === 'EISDIR') return isFolder;
  const reason = reasons[code];
  if (reason !== undefined) return { reason, wrongPath: true };
  return { reason: error instanceof Error ? error.message : String(error) };
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'it may not be read',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  ERR_INVALID_ARG_VALUE: 'no file has a name like this',
};

/** A pipe is opened without waiting for somebody who writes to it: without one it is at its end. */
async function* bytesOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFIFO()) return yield* createReadStream(path);
    for (;;) {
      const chunk = Buffer.alloc(chunkLength);
      const length = await file.read(chunk, 0, chunkLength).then(
        ({ bytesRead }) => bytesRead,
        (error: NodeJS.ErrnoException) => (error.code === 'EAGAIN' ? undefined : Promise.reject(error)),
      );
      if (length === 0) return;
      if (length === undefined) await sleep(pause);
      else yield chunk.subarray(0, length);
    }
  } finally {
    await file.close();
  }
}

const chunkLength = 2 ** 16;
/** Until a writer that has nothing yet is asked again (ms). */
const pause = 5;
