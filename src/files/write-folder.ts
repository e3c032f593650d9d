/** Writes a folder beside its place and moves it there, so that a failure leaves nothing half-written behind. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { packageExists } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';

export interface FolderKind {
  /** The file by which a folder of this kind is known: any other folder is never replaced. */
  readonly marker: string;
  /** The diagnostic for a place that holds something else. */
  readonly otherwise: (path: string, reason: string) => Diagnostic;
}

/**
 * Fails where a folder may not be put: something is there and `force` is not given, or it is neither an empty folder nor
 * one of this kind.
 * @throws DiagnosticError package/exists, or `otherwise`
 */
export async function checkReplaceable(folder: string, kind: FolderKind, force: boolean): Promise<void> {
  if (!existsSync(folder)) return;
  if (!force) raise([packageExists(folder)]);
  if (!statSync(folder).isDirectory()) raise([kind.otherwise(folder, 'it is a file, so it is not replaced')]);
  const entries = await readdir(folder);
  if (entries.length > 0 && !entries.includes(kind.marker))
    raise([kind.otherwise(folder, `it has other files and no ${kind.marker}, so it is not replaced`)]);
}

/**
 * @param write fills the new folder, given its path
 * @throws DiagnosticError as `checkReplaceable` does
 */
export async function writeFolder<T>(
  folder: string,
  kind: FolderKind,
  force: boolean,
  write: (beside: string) => Promise<T>,
): Promise<T> {
  await checkReplaceable(folder, kind, force);
  const place = resolve(folder);
  const beside = await makeBeside(place);
  const old = `${beside}.old`;
  try {
    const result = await write(beside);
    if (existsSync(place)) await rename(place, old);
    await rename(beside, place);
    await rm(old, { recursive: true, force: true });
    return result;
  } catch (error) {
    if (existsSync(old) && !existsSync(place)) await rename(old, place);
    await rm(beside, { recursive: true, force: true });
    throw error;
  }
}

/** A new hidden folder on the same disk: only there is moving it one step. */
async function makeBeside(place: string): Promise<string> {
  for (let n = 0; ; n++) {
    const beside = join(dirname(place), `.${basename(place)}.new-${n}`);
    const error = await mkdir(beside).catch((reason: NodeJS.ErrnoException) => reason);
    if (error === undefined) return beside;
    // The name may be taken by a run that was killed, or by one beside this.
    if (error.code !== 'EEXIST') throw error;
  }
}
