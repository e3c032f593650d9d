/** Checks a place before something is made for it. */
import { existsSync, statSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { optionInvalid, packageExists } from '../diagnostics/all.ts';
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
  if (kind) return checkReplaceable(path, kind, force);
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory())
    raise([optionInvalid(`--output ${path}`, 'this is a folder, and a file is to be written')]);
  if (!force) raise([packageExists(path)]);
}
