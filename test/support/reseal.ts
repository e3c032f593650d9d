/** Changes the manifest of a package in a folder, with sums that are right again: what only contents can give away. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256File } from '../../src/files/hash.ts';
import { type Manifest, manifestHash, packageFiles } from '../../src/package/manifest.ts';

/** @param change changes the manifest in place; hashes of the other files follow what is in the folder */
export async function reseal(folder: string, change: (manifest: Manifest) => void = () => {}): Promise<void> {
  const path = join(folder, packageFiles.manifest);
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  for (const file of Object.keys(manifest.files)) manifest.files[file] = await sha256File(join(folder, file));
  change(manifest);
  await writeFile(path, JSON.stringify({ ...manifest, sha256: manifestHash(manifest) }));
}
