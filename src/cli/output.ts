/** Checks a place before something is made for it, and puts files there in one step. */
import { access, constants, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Diagnostic, raise } from '../diagnostic.ts';
import { packageExists } from '../diagnostics.ts';

/** What a folder must hold to be replaced, and the diagnostic where it does not. */
export interface Replaceable {
  readonly marker: string;
  readonly otherwise: (path: string, reason: string) => Diagnostic;
}

/**
 * Fails where the result could not be put at `path` later, so that no work is done in vain: something is there already,
 * or the folder for it does not exist or cannot be written.
 * @param replaceable for folders: `force` replaces only an empty one, or one that holds the marker
 * @throws DiagnosticError package/exists, or `otherwise`; system errors are left as they are
 */
export async function checkOutput(path: string, force: boolean, replaceable?: Replaceable): Promise<void> {
  await access(dirname(resolve(path)), constants.W_OK);
  const entry = await stat(path).catch(() => undefined);
  if (!entry) return;
  if (!force) raise([packageExists(path)]);
  if (!replaceable) return;
  const { marker, otherwise } = replaceable;
  const files = entry.isDirectory() ? await readdir(path) : undefined;
  if (files === undefined) raise([otherwise(path, 'it is a file, so it is not replaced')]);
  else if (files.length > 0 && !files.includes(marker))
    raise([otherwise(path, `it has other files and no ${marker}, so it is not replaced`)]);
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
