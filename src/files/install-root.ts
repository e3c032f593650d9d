/** Where Crossloom is installed: the folder of its package.json, which holds targets/ and fixtures/. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InternalError } from '../diagnostics/diagnostic.ts';

/** Path of the folder: above src/files/, or above the compiled dist/src/files/. */
export function installRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const root = [join(here, '../..'), join(here, '../../..')].find((folder) =>
    existsSync(join(folder, 'package.json')),
  );
  if (root === undefined) throw new InternalError('install-root', `no package.json above ${here}`);
  return root;
}
