/** Writes a folder beside its place and moves it there, so that a failure leaves nothing half-written behind. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Diagnostic, raise } from './diagnostic.ts';
import { packageExists } from './diagnostics.ts';

export interface FolderKind {
  /** Replace an existing folder of this kind. */
  readonly force: boolean;
  /** The file by which a folder of this kind is known: any other folder is never replaced. */
  readonly marker: string;
  /** The diagnostic for a folder that holds something else. */
  readonly foreign: (folder: string) => Diagnostic;
}

/**
 * @param write fills the new folder, given its path
 * @throws DiagnosticError package/exists without `force`, or `foreign`
 */
export async function writeFolder<T>(
  folder: string,
  kind: FolderKind,
  write: (beside: string) => Promise<T>,
): Promise<T> {
  const place = resolve(folder);
  const exists = existsSync(place);
  if (exists && !kind.force) raise([packageExists(folder)]);
  if (exists && !(await isReplaceable(place, kind.marker))) raise([kind.foreign(folder)]);
  const beside = await makeBeside(place);
  const old = `${beside}.old`;
  try {
    const result = await write(beside);
    if (exists) await rename(place, old);
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

async function isReplaceable(place: string, marker: string): Promise<boolean> {
  const entries = await readdir(place).catch(() => ['not a folder']);
  return entries.length === 0 || entries.includes(marker);
}
