/** The files of a package, known by their hashes -> its folder. */
import { existsSync } from 'node:fs';
import { copyFile, link, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { writeFolder } from '../files/write-folder.ts';
import { packageFolder } from '../package/write.ts';
import type { SweepTask } from './task.ts';

/** Where a package is, of those that lie in `folder`. */
export function packageIn(folder: string, sha256: string): string {
  return join(folder, `${sha256}.xbar`);
}

/**
 * Puts a package together where it is not there yet.
 * @param blob gives the path of a file by its SHA-256
 * @returns the package's folder in `folder`
 */
export async function assemblePackage(
  { sha256, files }: SweepTask['package'],
  folder: string,
  blob: (hash: string) => Promise<string>,
): Promise<string> {
  const place = packageIn(folder, sha256);
  if (existsSync(place)) return place;
  await mkdir(folder, { recursive: true });
  const fill = async (beside: string) => {
    for (const [name, hash] of Object.entries(files)) await put(await blob(hash), join(beside, name));
  };
  await writeFolder(place, packageFolder, false, fill).catch((error: unknown) => {
    // Somebody else was faster, with the same files.
    if (!(error instanceof DiagnosticError && existsSync(place))) throw error;
  });
  return place;
}

/** Without a copy, where both are on one disk. */
async function put(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to));
}
