/** Writes a folder beside its place and moves it there, so that a failure leaves nothing half-written behind. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { packageExists } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { besideName, tidyBeside } from './beside.ts';

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
  await tidyBeside(resolve(folder));
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
  const beside = besideName(place, 'new');
  try {
    await mkdir(beside);
    const result = await write(beside);
    await moveTo(place, beside, () => checkReplaceable(folder, kind, force));
    return result;
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Moving is one step onto nothing or an empty folder, and fails on any other: of several writers one is first. What is there
 * is moved away before; a run that is killed in between leaves it where the next run puts it back from.
 * @param check throws where what is there stays
 */
async function moveTo(place: string, beside: string, check: () => Promise<void>): Promise<void> {
  const moved: string[] = [];
  try {
    for (;;) {
      const refused = await rename(beside, place).catch((error: NodeJS.ErrnoException) => error);
      if (refused === undefined) break;
      if (!taken.has(refused.code ?? '')) throw refused;
      await check();
      const old = besideName(place, 'old');
      const gone = await rename(place, old).catch((error: NodeJS.ErrnoException) => error);
      if (gone === undefined) moved.push(old);
      // Another writer may have moved it away already.
      else if (gone.code !== 'ENOENT') throw gone;
    }
  } catch (error) {
    const last = moved.pop();
    if (last !== undefined && !existsSync(place)) await rename(last, place);
    throw error;
  } finally {
    for (const old of moved) await discard(old, place);
  }
}

/** Half of what is removed must not be taken for what was moved away. */
async function discard(old: string, place: string): Promise<void> {
  const waste = besideName(place, 'new');
  await rename(old, waste);
  await rm(waste, { recursive: true, force: true });
}

/** A folder that is not empty, by its names on different systems; a file. */
const taken = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM']);
