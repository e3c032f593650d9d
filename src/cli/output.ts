/** Checks a place before something is made for it, and puts files there in one step. */
import { existsSync } from 'node:fs';
import { access, constants, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { packageExists } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { checkReplaceable, type FolderKind } from '../files/write-folder.ts';

/**
 * Fails where the result could not be put at `path` later, so that no work is done in vain: something is there already,
 * or the folder for it does not exist or cannot be written.
 * @param kind for folders: `force` replaces only an empty one, or one of this kind
 * @throws DiagnosticError package/exists, or the kind's own; system errors are left as they are
 */
export async function checkOutput(path: string, force: boolean, kind?: FolderKind): Promise<void> {
  await access(dirname(resolve(path)), constants.W_OK);
  if (kind) await checkReplaceable(path, kind, force);
  else if (!force && existsSync(path)) raise([packageExists(path)]);
}

/** Writes a file beside its place and renames it, so that a failure leaves nothing half-written. */
export async function writeInPlace(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.new-${process.pid}`;
  try {
    await writeFile(beside, bytes);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
