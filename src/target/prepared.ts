/**
 * The bundled targets as the build loaded them, so that listing them takes neither schemas nor a reader of YAML. What was
 * prepared from another file than the one that is there now does not count: that file is loaded.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../files/hash.ts';
import { bundledTargets, targetFolder } from './bundled.ts';
import type { LoadedTarget } from './target.ts';

/** By name; beside the folder of the compiled sources, and nowhere where they run as TypeScript. */
const prepared = new URL('../../targets.json', import.meta.url);

interface Prepared {
  /** SHA-256 of the file. */
  readonly file: string;
  readonly loaded: LoadedTarget;
}

const textOf = (name: string) => readFile(join(targetFolder(), `${name}.yaml`));

/** All bundled targets, by name. */
export async function loadBundled(from: URL = prepared): Promise<readonly LoadedTarget[]> {
  const known = await readPrepared(from);
  return Promise.all(
    (await bundledTargets()).map(async (name) => {
      const own = known[name];
      if (own && own.file === sha256(await textOf(name))) return own.loaded;
      return (await import('./load.ts')).loadTarget(name);
    }),
  );
}

async function readPrepared(from: URL): Promise<Readonly<Record<string, Prepared>>> {
  try {
    return JSON.parse(await readFile(fileURLToPath(from), 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

/** What the build writes, as JSON. */
export async function prepareBundled(load: (name: string) => Promise<LoadedTarget>): Promise<string> {
  const entries = (await bundledTargets()).map(async (name): Promise<readonly [string, Prepared]> => {
    const [text, loaded] = [await textOf(name), await load(name)];
    return [name, { file: sha256(text), loaded }];
  });
  return JSON.stringify(Object.fromEntries(await Promise.all(entries)));
}
