/** The targets that come with Crossloom: which there are. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { installRoot } from '../files/install-root.ts';

export const targetFolder = (): string => join(installRoot(), 'targets');

/** Names of the targets that come with Crossloom, sorted. */
export async function bundledTargets(): Promise<string[]> {
  const files = await readdir(targetFolder());
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}
