/**
 * Reads a file whole, or says in words why not: a person may name a folder, a pipe that nobody writes to, or a device without
 * an end.
 */
import { constants, createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes of a file that people write: options, targets, preprocessing. */
export const mostWritten = 2 ** 20;
/** Bytes of a file that programs write: fault maps, bitstreams as text. The longest text that this runtime holds is twice as long. */
export const mostGenerated = 2 ** 28;

/**
 * @param most bytes that are read
 * @returns the text, or why there is none, as part of a sentence
 */
export async function readText(
  path: string,
  most: number,
): Promise<{ readonly text: string } | { readonly reason: string }> {
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
    return { reason: reasonOf(error) };
  }
}

/** @returns all bytes of a plain file, or why there are none, as part of a sentence */
export async function readBytes(
  path: string,
): Promise<{ readonly bytes: Buffer } | { readonly reason: string }> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const entry = await file.stat();
      if (entry.isFile()) return { bytes: await file.readFile() };
      return { reason: entry.isDirectory() ? reasons.EISDIR! : 'it is no plain file' };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

/** What a system error says, without the path, which stands beside it. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
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
