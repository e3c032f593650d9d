/** Files that belong together, by name: in a folder, or in memory. Either gives back what was written to it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteSource, memorySource } from './byte-source.ts';
import { sha256, sha256File } from './hash.ts';

/** The path of a folder, or bytes by name. */
export type Files = string | ReadonlyMap<string, Uint8Array>;
export type WritableFiles = string | Map<string, Uint8Array>;

/** Where the files are, as messages name it: a folder by its path. */
export function placeOf(files: Files): string {
  return typeof files === 'string' ? files : 'memory';
}

/** Where one of them is: in a folder its path. */
export function placeIn(files: Files, name: string): string {
  return join(placeOf(files), name);
}

/** All bytes of a file; rejects where there is none. */
export async function readFrom(files: Files, name: string): Promise<Uint8Array> {
  return typeof files === 'string' ? readFile(join(files, name)) : bytesOf(files, name);
}

/** For readers that take a file piece by piece: its path, or its bytes. */
export function sourceIn(files: Files, name: string): string | ByteSource {
  return typeof files === 'string' ? join(files, name) : memorySource(bytesOf(files, name));
}

/** SHA-256 of a file of any size; rejects where there is none. */
export async function hashIn(files: Files, name: string): Promise<string> {
  return typeof files === 'string' ? sha256File(join(files, name)) : sha256(bytesOf(files, name));
}

/** Writes a file chunk by chunk, as they are made. */
export async function writeInto(
  files: WritableFiles,
  name: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  if (typeof files === 'string') return writeFile(join(files, name), chunks);
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  files.set(name, Buffer.concat(all));
}

function bytesOf(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (!bytes) throw new Error(`there is no file ${name}`);
  return bytes;
}
