/** Where the decoder gets bytes from: a file, or anything else that can be read at any offset. */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { packageUnreadable } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Why } from '../diagnostics/make.ts';
import type { ByteSource } from '../files/byte-source.ts';
import { missing } from '../files/read-file.ts';

interface OpenSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * Opens a file; a source that is open already passes through, and stays open.
 * @throws DiagnosticError packageUnreadable where the file cannot be opened
 */
export async function openSource(source: string | ByteSource): Promise<OpenSource> {
  if (typeof source !== 'string') {
    return {
      size: source.size,
      read: (offset, length) => source.read(offset, length),
      close: async () => {},
    };
  }
  // A pipe that nobody writes to must not be waited for.
  const handle = await open(source, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    async (cause: NodeJS.ErrnoException) =>
      unreadable(source, cause.code === 'ENOENT' ? await missing(source) : cause.message),
  );
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    return unreadable(source, 'it is not a file');
  }
  return {
    size: stat.size,
    read: (offset, length) => readFully(handle, offset, length),
    close: () => handle.close(),
  };
}

/** A single read may return less than asked for before the file ends. */
async function readFully(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function unreadable(path: string, why: Why): never {
  throw new DiagnosticError([packageUnreadable(path, why)]);
}
