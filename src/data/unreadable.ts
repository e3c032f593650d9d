/** What readers of data throw about the user's file, and what they ask of every file before they open it. */
import { stat } from 'node:fs/promises';
import { dataUnreadable } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Why } from '../diagnostics/make.ts';
import { missing, mostGenerated, readText as readFile } from '../files/read-file.ts';

export function unreadable(place: string, why: Why): DiagnosticError {
  return new DiagnosticError([dataUnreadable(place, why)]);
}

/** What a library says about an image, without the lines that follow. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

/** Length of a file. Raises dataUnreadable for what has none and could keep a reader waiting: pipes, devices, folders. */
export async function sizeOfFile(path: string): Promise<number> {
  const entry = await stat(path).catch(async (error: NodeJS.ErrnoException) => {
    throw unreadable(
      path,
      error.code === 'ENOENT' ? await missing(path) : `this file cannot be read (${error.message})`,
    );
  });
  if (!entry.isFile()) throw unreadable(path, 'this is a folder, a pipe or a device, and no file');
  return entry.size;
}

/** A file of text. Raises dataUnreadable. */
export async function readText(path: string): Promise<string> {
  await sizeOfFile(path);
  const read = await readFile(path, mostGenerated);
  if ('reason' in read) throw unreadable(path, read);
  return read.text;
}
