/** Writes a file beside its place and moves it there in one step, so that a failure leaves nothing half-written. */
import { existsSync } from 'node:fs';
import { link, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { packageExists } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { besideName, tidyBeside } from './beside.ts';

/**
 * A device or a pipe, such as /dev/stdout, is written to as it stands.
 * @param force whether a file that is there is replaced
 * @throws DiagnosticError package/exists without `force`, also where another writer was faster
 */
export async function writeInPlace(path: string, bytes: Uint8Array, force: boolean): Promise<void> {
  const entry = await stat(path).catch(() => undefined);
  if (entry && !entry.isFile() && !entry.isDirectory()) return writeFile(path, bytes);
  const place = resolve(path);
  await tidyBeside(place);
  const beside = besideName(place, 'new');
  try {
    await writeFile(beside, bytes);
    if (force || !(await linked(beside, place))) await rename(beside, place);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') raise([packageExists(path)]);
    throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

/**
 * Linking fails where something is there, and moving would replace it.
 * @returns false on a disk without links, where nothing is there yet
 */
async function linked(beside: string, place: string): Promise<boolean> {
  try {
    await link(beside, place);
    return true;
  } catch (error) {
    if (existsSync(place)) throw error;
    return false;
  }
}
