/** Where the command line keeps results that take time: `CROSSLOOM_RESULTS`, else the user's folder of caches. */
import { join } from 'node:path';
import { codeHash } from '../files/code-hash.ts';
import { noStore, openStore, type ResultStore } from '../files/result-store.ts';
import type { Io } from './io.ts';

/** The variable's value that keeps nothing. */
const off = 'off';

export async function openResults(io: Pick<Io, 'env'>): Promise<ResultStore> {
  const folder = resultsPlace(io);
  return folder === undefined ? noStore : openStore(folder, await codeHash());
}

/** The folder; undefined where nothing is kept. */
export function resultsPlace({ env }: Pick<Io, 'env'>): string | undefined {
  const folder = env.CROSSLOOM_RESULTS ?? cacheFolder(env);
  return folder === off ? undefined : folder;
}

/** As the XDG Base Directory Specification has it, and Windows. */
function cacheFolder(env: Io['env']): string | undefined {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = env;
  const base = XDG_CACHE_HOME || (HOME ? join(HOME, '.cache') : LOCALAPPDATA);
  return base ? join(base, 'crossloom') : undefined;
}
