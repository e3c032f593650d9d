/** The name of a target after its file. */
import { basename } from 'node:path';

/** Empty where nothing of the path can stand in a name. */
export function targetNameOf(path: string): string {
  return basename(path)
    .replace(/\.ya?ml$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '');
}
